"""The portal's own keys: one signs client assertions, one opens encrypted tokens."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from joserfc.jwk import ECKey, KeySet, RSAKey

from demo.portals.definitions import ClientAuth, PortalDefinition


@dataclass(frozen=True, slots=True)
class PortalKeys:
    """The private keys of one portal; what its registration does not need is absent."""

    signing: ECKey | RSAKey | None = field(default=None, repr=False)
    decryption: RSAKey | None = field(default=None, repr=False)

    def public_jwks(self) -> dict[str, object]:
        """The public halves, for the portal's ``/jwks``."""
        keys = (self.signing, self.decryption)
        return {"keys": [key.as_dict(private=False) for key in keys if key is not None]}


def load_portal_keys(state_dir: Path, portal: PortalDefinition) -> PortalKeys:
    """Read ``portals/<portal>.private.jwks`` of the demo's state.

    `FileNotFoundError` when it was never made; `ValueError` when a key is missing in it.
    """
    path = state_dir / "portals" / f"{portal.id}.private.jwks"
    keys = KeySet.import_key_set(json.loads(path.read_text(encoding="utf-8"))).keys
    signing = next((key for key in keys if isinstance(key, ECKey | RSAKey) and key.get("use") == "sig"), None)
    decryption = next((key for key in keys if isinstance(key, RSAKey) and key.get("use") == "enc"), None)
    registration = portal.registration
    if registration.client_auth is ClientAuth.PRIVATE_KEY_JWT and signing is None:
        raise ValueError(f"{path} holds no key to sign with")
    if registration.encrypted and decryption is None:
        raise ValueError(f"{path} holds no RSA key to decrypt with")
    return PortalKeys(signing, decryption)
