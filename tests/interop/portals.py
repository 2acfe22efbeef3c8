"""The portals of the foreign libraries: their files for the broker, and what each library is told."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from joserfc.jwk import ECKey, RSAKey

from demo.plan import BROKER_URL

_FILE = """
brand = "cz"
name = "{name}"
url = "{origin}/"
profile = "{profile}"
sector = "interop"

[client]
client_id = "{name}"
redirect_uris = ["{origin}/callback"]
post_logout_redirect_uris = ["{origin}{farewell}"]
grant_types = ["authorization_code", "refresh_token"]
id_token_signed_response_alg = "{algorithm}"
{proof}

[login]
providers = ["digid"]
account_type = "consumer"

[claims]
allow = ["name", "assurance", "account_type"]
"""


@dataclass(frozen=True)
class Portal:
    """One portal; with a kind of key it proves itself by `private_key_jwt`, else by a secret."""

    name: str
    port: int
    algorithm: str
    key_kind: type[ECKey | RSAKey] | None = None
    profile: str = "standard"
    backchannel: str | None = None
    farewell: str = "/"
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @cached_property
    def key(self) -> ECKey | RSAKey | None:
        """Its private key, made when it is first asked for."""
        return self.key_kind.generate_key(auto_kid=True) if self.key_kind else None

    @property
    def origin(self) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, object]:
        """What its relying party is told, as JSON."""
        told: dict[str, object] = {"issuer": BROKER_URL, "client_id": self.name, "portal": self.origin}
        return told | ({"key": self.key.as_dict(private=True)} if self.key else {"secret": self.secret})

    def register(self, config: Path) -> None:
        """Write the portal's file, and its public key beside it."""
        proof = [f'client_secret_sha256 = "{sha256(self.secret.encode()).hexdigest()}"']
        if self.key is not None:
            public = config / "portals" / f"{self.name}.public.jwks"
            public.write_text(json.dumps({"keys": [self.key.as_dict(private=False)]}), encoding="utf-8")
            proof = [f'jwks_file = "portals/{public.name}"']
        method = "private_key_jwt" if self.key else "client_secret_basic"
        proof.append(f'token_endpoint_auth_method = "{method}"')
        if self.backchannel is not None:
            proof.append(f'backchannel_logout_uri = "{self.origin}{self.backchannel}"')
        words = _FILE.format(
            name=self.name,
            origin=self.origin,
            profile=self.profile,
            farewell=self.farewell,
            algorithm=self.algorithm,
            proof="\n".join(proof),
        )
        (config / "portals" / f"{self.name}.toml").write_text(words, encoding="utf-8")


AUTHLIB = Portal("authlib", 8411, "ES256", ECKey)
IDPYOIDC = Portal("idpyoidc", 8412, "RS256")
OPENID_CLIENT = Portal("openid-client", 8413, "PS256", RSAKey, "nlgov")
OIDC_CLIENT_TS = Portal("oidc-client-ts", 8414, "ES256")
MOD_AUTH_OPENIDC = Portal(
    "mod-auth-openidc",
    8415,
    "RS256",
    backchannel="/callback?logout=backchannel",
    farewell="/goodbye.html",
)
PORTALS = (AUTHLIB, IDPYOIDC, OPENID_CLIENT, OIDC_CLIENT_TS, MOD_AUTH_OPENIDC)


def stranger_of(portal: Portal) -> dict[str, object]:
    """A private key of the same kind and name as the portal's, which nobody registered."""
    assert portal.key is not None
    assert portal.key_kind is not None
    return {**portal.key_kind.generate_key().as_dict(private=True), "kid": portal.key.kid}
