"""The file that `broker portal new` writes: what it was told, what follows, and what one may add."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from broker.settings.portal_file import Profile

_HEAD = """\
# {name}. Made by `broker portal new`; docs/reference/configuration.md explains every key.
# `broker check` judges this file.
brand = {brand}
name = {name_on_screen}
url = {url}   # where people start (again)
profile = {profile}   # "nlgov" wants state and nonce, and takes no shared secret
# sector = {brand}   # portals with one sector see the same `sub`; a change later gives everybody another one
"""

_CLIENT = """
# The registration, in the words of OpenID Connect.
[client]
client_id = {client_id}
redirect_uris = {redirect_uris}   # where answers may go; compared byte for byte
post_logout_redirect_uris = {post_logout_redirect_uris}
# backchannel_logout_uri = {backchannel}   # where the portal hears that a session ended
token_endpoint_auth_method = {method}
{proof}
grant_types = ["authorization_code", "refresh_token"]   # each refresh keeps the session alive
id_token_signed_response_alg = {algorithm}
# id_token_encrypted_response_alg = "RSA-OAEP-256"   # takes an RSA key with "use": "enc"
"""

_CONSUMERS = """
[login]
providers = {providers}
account_type = "consumer"
minimum_level = { digid = "midden" }   # "basis", "midden", "substantieel" or "hoog"
without_account = "explain"   # "register" lets whoever has DigiD make an account

[claims]
allow = {claims}
# The BSN takes "bsn" in this list, the encryption above, and the law that entitles this portal to it:
# bsn_legal_ground = "…"

[session]
idle_seconds = 900   # DigiD allows no more
absolute_seconds = 7200
"""

_BUSINESS = """
[login]
providers = {providers}
account_type = "business"
{login}
# For people with a role only; then also claims such as "collectivity", "roles" and "organisation".
# [access]
# roles = {roles}

[claims]
allow = {claims}

[session]
idle_seconds = 1800
absolute_seconds = 28800
"""

_CLAIMS = ("name", "email", "assurance", "idp", "account_type")
_CLAIMS_OF_THE_SESSION = ("session_expires_at", "session_idle_expires_at")
_CLAIMS_OF_REPRESENTATION = ("represents", "sub_id_type")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPortal:
    """What the file has to say. `proof` is the line by which the client proves itself."""

    brand: str
    name: str
    url: str
    profile: Profile
    client_id: str
    redirect_uris: Sequence[str]
    method: str
    proof: str
    algorithm: str
    providers: Sequence[str]
    second_factors: Sequence[str]
    roles: Sequence[str]


def portal_text(portal: NewPortal) -> str:
    """The whole file."""
    consumers = "digid" in portal.providers
    values = {
        "brand": toml(portal.brand),
        "name": " ".join(portal.name.split()),
        "name_on_screen": toml(portal.name),
        "url": toml(portal.url),
        "profile": toml(portal.profile.value),
        "client_id": toml(portal.client_id),
        "redirect_uris": toml(portal.redirect_uris),
        "post_logout_redirect_uris": toml([portal.url]),
        "backchannel": toml(f"{portal.url.rstrip('/')}/backchannel-logout"),
        "method": toml(portal.method),
        "proof": portal.proof,
        "algorithm": toml(portal.algorithm),
        "providers": toml(portal.providers),
        "login": "" if consumers else "\n".join(_business_login(portal)),
        "roles": toml(portal.roles),
        "claims": toml(_claims(portal)),
    }
    # In one go, so that nothing that was told is taken for a place to fill in.
    form = _HEAD + _CLIENT + (_CONSUMERS if consumers else _BUSINESS)
    return re.sub(r"\{(\w+)\}", lambda place: values[place[1]], form)


def _business_login(portal: NewPortal) -> Iterator[str]:
    levels = {"eherkenning": 'eherkenning = "eh2plus"', "password": 'password = "sms"'}
    chosen = ", ".join(levels[provider] for provider in portal.providers)
    yield f"minimum_level = {{ {chosen} }}   # {' and '.join(_meaning(portal))}"
    if "password" in portal.providers:
        yield f"second_factors = {toml(portal.second_factors)}"
    if "eherkenning" in portal.providers:
        yield "representation = true   # the portal reads `represents`: for whom `sub` acts"


def _meaning(portal: NewPortal) -> Iterator[str]:
    if "eherkenning" in portal.providers:
        yield '"eh2plus", "eh3" or "eh4"'
    if "password" in portal.providers:
        yield '"sms": any second factor; "totp": an app; "password": none needed'


def _claims(portal: NewPortal) -> list[str]:
    represented = _CLAIMS_OF_REPRESENTATION if "eherkenning" in portal.providers else ()
    return [*_CLAIMS, *_CLAIMS_OF_THE_SESSION, *represented]


def toml(value: str | Sequence[str]) -> str:
    """A text or a list of texts; JSON writes both as TOML has them."""
    return json.dumps(value if isinstance(value, str) else list(value), ensure_ascii=False)
