"""The portal's own keys: one signs client assertions, one opens encrypted tokens."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from joserfc.jwk import ECKey, KeySet, RSAKey


@dataclass(frozen=True, slots=True)
class PortalKeys:
    """The private keys of one portal."""

    signing: ECKey = field(repr=False)
    decryption: RSAKey = field(repr=False)

    def public_jwks(self) -> dict[str, object]:
        """The public halves, for the portal's ``/jwks``."""
        return {"keys": [self.signing.as_dict(private=False), self.decryption.as_dict(private=False)]}


def load_portal_keys(state_dir: Path, portal_id: str) -> PortalKeys:
    """Read ``portals/<portal>.private.jwks`` of the demo's state.

    `FileNotFoundError` when it was never made; `ValueError` when a key is missing in it.
    """
    path = state_dir / "portals" / f"{portal_id}.private.jwks"
    keys = KeySet.import_key_set(json.loads(path.read_text(encoding="utf-8"))).keys
    signing = next((key for key in keys if isinstance(key, ECKey)), None)
    decryption = next((key for key in keys if isinstance(key, RSAKey)), None)
    if signing is None or decryption is None:
        raise ValueError(f"{path} must hold an EC signing key and an RSA encryption key")
    return PortalKeys(signing, decryption)
