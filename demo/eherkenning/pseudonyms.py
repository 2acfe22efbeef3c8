"""Pseudonyms: another one for each organisation and each service provider, and always the same."""

from __future__ import annotations

import hashlib
import hmac

_KEY = b"everybody in the demo is invented, and so is the secret of this key"


def pseudonym(username: str, kvk: str, service_provider_oin: str) -> str:
    """64 hexadecimal digits for the person, an @ and 32 for the authorising organisation."""
    person = _digest("person", username.casefold(), kvk, service_provider_oin)
    organisation = _digest("organisation", kvk, service_provider_oin)
    return f"{person}@{organisation[:32]}"


def _digest(*parts: str) -> str:
    return hmac.new(_KEY, "\n".join(parts).encode(), hashlib.sha256).hexdigest()
