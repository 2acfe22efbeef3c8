"""What the tests of the OpenID Provider share: clients, throw-away keys, a clock to move, forged tokens."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import count
from typing import Any
from urllib.parse import quote_plus

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc import jwe, jws
from joserfc.jwk import ECKey, RSAKey

from broker.domain.accounts import AccountId, AccountType
from broker.domain.assurance import Assurance, DigidLevel, Scheme
from broker.domain.bsn import Bsn
from broker.domain.collectivity import NO_CONTACT, CollectivityId, ContactDetails
from broker.domain.representation import Representation
from broker.domain.rights import Holder, Relation, RelationPage
from broker.domain.roles import RoleId
from broker.oidc.authorization_request import AuthorizationRequest, validate_authorization_request
from broker.oidc.claims import ClaimSource, SessionEnds
from broker.oidc.client_assertion import ASSERTION_TYPE
from broker.oidc.client_keys import ClientKeys, parse_client_keys
from broker.oidc.clients import Client, ClientRegistry
from broker.oidc.codes import LoggedIn
from broker.oidc.current_facts import CurrentFacts
from broker.oidc.forms import FormRequest
from broker.oidc.keys import SigningKeys, make_signing_key
from broker.oidc.provider import OpenIDProvider, build_provider
from broker.oidc.rights import CurrentRights
from broker.oidc.subject import pairwise_subject
from broker.oidc.vocabulary import (
    AuthMethod,
    ClientProfile,
    ContentEncryption,
    GrantType,
    KeyEncryption,
    SigningAlgorithm,
)
from broker.storage.records import RecordStore

ISSUER = "https://login.example"
TOKEN_URL = f"{ISSUER}/oauth2/token"
REDIRECT_URI = "https://portal.example/callback"
LOGGED_OUT_URI = "https://portal.example/out"
SECRET = "s3cret+with space/and%percent"
VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
BSN = "999990019"
SEED = bytes(range(32))
START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_ids = count()


@dataclass
class MovableClock:
    """A clock that a test sets."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class LiveSessions:
    """Sessions by sid, as the port wants them."""

    clock: MovableClock
    ends: dict[tuple[str, str], SessionEnds] = field(default_factory=dict)

    def live(self, sid: str, *, brand: str) -> SessionEnds | None:
        found = self.ends.get((brand, sid))
        return found if found and min(found.idle_at, found.absolute_at) > self.clock.now else None

    def touch(self, sid: str, *, brand: str) -> SessionEnds | None:
        found = self.live(sid, brand=brand)
        if found is not None:
            idle_at = min(self.clock.now + timedelta(minutes=15), found.absolute_at)
            self.ends[brand, sid] = replace(found, idle_at=idle_at)
        return self.live(sid, brand=brand)


@dataclass
class HeldRights:
    """Relations by account, as the port wants them; only the roles asked for are told."""

    relations: dict[AccountId, list[Relation]] = field(default_factory=dict)
    remembered: list[tuple[AccountId, CollectivityId]] = field(default_factory=list)

    def holder(
        self,
        account_id: AccountId,
        brand: str,
        opens: Iterable[RoleId],
        represents: Representation | None = None,
    ) -> Holder:
        assert represents is None
        return Holder(account_id, brand, tuple(opens))

    def at(self, holder: Holder, collectivity_id: CollectivityId) -> Relation | None:
        return next((one for one in self._of(holder) if one.id == collectivity_id), None)

    def first(self, holder: Holder, most: int) -> tuple[Relation, ...]:
        return tuple(self._of(holder)[:most])

    def count(self, holder: Holder) -> int:
        return len(self._of(holder))

    def search(self, holder: Holder, typed: str, *, most: int, cursor: str | None = None) -> RelationPage:
        if cursor is not None:
            raise ValueError("this one has a single page")
        found = [one for one in self._of(holder) if one.name.casefold().startswith(typed.casefold())]
        return RelationPage(tuple(found[:most]), len(found))

    def remember(self, account_id: AccountId, collectivity_id: CollectivityId) -> None:
        self.remembered.append((account_id, collectivity_id))

    def contact(self, brand: str, collectivity_id: CollectivityId) -> ContactDetails:
        return NO_CONTACT

    def _of(self, holder: Holder) -> list[Relation]:
        told = (
            replace(one, roles=tuple(role for role in one.roles if role in holder.roles))
            for one in self.relations.get(holder.account_id, [])
        )
        return [one for one in told if one.roles]


@dataclass(frozen=True)
class HeldKey:
    """A stored signing key."""

    kid: str
    algorithm: str
    state: str
    private_pem: bytes


@dataclass
class HeldKeys:
    """Signing keys kept in memory, as the port wants them."""

    keys: list[HeldKey] = field(default_factory=list)
    number: int = 0

    def ensure(self, algorithm: str, make: Callable[[], tuple[str, bytes]], now: datetime) -> None:
        if not any(key.algorithm == algorithm and key.state == "active" for key in self.keys):
            kid, pem = make()
            self.keys.append(HeldKey(kid, algorithm, "active", pem))

    def hold(self, keys: list[HeldKey]) -> None:
        """Others from now on, as after a rotation; who looks sees that they changed."""
        self.keys, self.number = keys, self.number + 1

    def all(self) -> tuple[HeldKey, ...]:
        return tuple(self.keys)

    def generation(self) -> int:
        return self.number


@cache
def _made(algorithm: SigningAlgorithm) -> HeldKey:
    kid, pem = make_signing_key(algorithm)
    return HeldKey(kid, algorithm.value, "active", pem)


def our_keys() -> HeldKeys:
    """One active key per algorithm; the keys are made once for the whole run."""
    return HeldKeys([_made(algorithm) for algorithm in SigningAlgorithm])


@cache
def client_ec() -> ECKey:
    """The key that the portal signs its assertions with."""
    return ECKey.generate_key("P-256", {"kid": "sign-ec", "use": "sig"})


@cache
def client_rsa() -> RSAKey:
    """Another signing key of the portal, without `alg`."""
    return RSAKey.generate_key(2048, {"kid": "sign-rsa", "use": "sig"})


@cache
def client_encryption() -> RSAKey:
    """The key that the portal reads encrypted ID tokens with."""
    return RSAKey.generate_key(2048, {"kid": "enc", "use": "enc", "alg": "RSA-OAEP-256"})


@cache
def stranger_ec() -> ECKey:
    """Nobody's key."""
    return ECKey.generate_key("P-256", {"kid": "sign-ec", "use": "sig"})


@cache
def client_keys() -> ClientKeys:
    """The portal's public keys, parsed from its JWK Set."""
    keys = (client_ec(), client_rsa(), client_encryption())
    return parse_client_keys({"keys": [dict(key.as_dict(private=False)) for key in keys]})


def make_client(**changes: Any) -> Client:
    """A sound client that proves itself by private_key_jwt and may not have the BSN."""
    plain = Client(
        client_id="mijn-cz",
        portal="mijn-cz",
        brand="cz",
        sector="cz-consumers",
        resource="https://portal.example/api",
        redirect_uris=(REDIRECT_URI,),
        token_endpoint_auth_method=AuthMethod.PRIVATE_KEY_JWT,
        id_token_signed_response_alg=SigningAlgorithm.ES256,
        jwks=client_keys(),
        post_logout_redirect_uris=(LOGGED_OUT_URI,),
        claims=frozenset({"name", "email", "assurance", "idp", "session_expires_at"}),
    )
    return replace(plain, **changes)


def bsn_client(**changes: Any) -> Client:
    """A client that is entitled to the BSN."""
    defaults: dict[str, Any] = {
        "client_id": "mijn-bsn",
        "claims": frozenset({"name", "bsn", "assurance"}),
        "bsn_legal_ground": "Wabvpz artikel 10",
        "id_token_encrypted_response_alg": KeyEncryption.RSA_OAEP_256,
        "id_token_encrypted_response_enc": ContentEncryption.A256GCM,
    }
    return make_client(**(defaults | changes))


def basic_client(**changes: Any) -> Client:
    """A client with a secret."""
    defaults: dict[str, Any] = {
        "client_id": "mijn-basic",
        "token_endpoint_auth_method": AuthMethod.CLIENT_SECRET_BASIC,
        "client_secret_sha256": sha256(SECRET.encode()).hexdigest(),
        "jwks": ClientKeys(),
        "resource": "https://basic.example/api",
    }
    return make_client(**(defaults | changes))


def nlgov_client(**changes: Any) -> Client:
    """A client of the stricter profile."""
    defaults: dict[str, Any] = {
        "client_id": "mijn-nlgov",
        "profile": ClientProfile.NLGOV,
        "id_token_signed_response_alg": SigningAlgorithm.PS256,
    }
    return make_client(**(defaults | changes))


def keeping_alive(client: Client, **changes: Any) -> Client:
    """The same client with refresh tokens."""
    return replace(client, grant_types=frozenset(GrantType), **changes)


def resource_server() -> Client:
    """The API behind `make_client`, with a secret of its own."""
    changes = {"client_id": "mijn-api", "redirect_uris": (), "grant_types": frozenset()}
    return basic_client(is_resource_server=True, resource=make_client().resource, **changes)


def all_clients() -> ClientRegistry:
    """One of each."""
    by_key = keeping_alive(make_client(client_id="alive-key", resource="https://alive.example/api"))
    by_secret = keeping_alive(basic_client(client_id="alive-secret", resource="https://alive2.example/api"))
    plain = (make_client(), bsn_client(), basic_client(), nlgov_client())
    return ClientRegistry([*plain, by_key, by_secret, resource_server()])


def pairs(**changes: str | None) -> list[tuple[str, str]]:
    """The parameters of a sound authorization request; None leaves one out."""
    sound: dict[str, str | None] = {
        "client_id": "mijn-cz",
        "redirect_uri": REDIRECT_URI,
        "response_type": "code",
        "scope": "openid profile email",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "state": "st4te",
        "nonce": "n0nce",
    }
    return [(name, value) for name, value in (sound | changes).items() if value is not None]


def sound_request(**changes: str | None) -> AuthorizationRequest:
    """A validated request of one of `all_clients`."""
    return validate_authorization_request(pairs(**changes), all_clients())


def claim_source(**changes: Any) -> ClaimSource:
    """The facts of one DigiD login."""
    source = ClaimSource(
        name="Fenna Bakker",
        email="fenna@example.nl",
        account_type=AccountType.CONSUMER,
        brand="cz",
        idp="digid",
        assurance=Assurance(Scheme.DIGID, DigidLevel.MIDDEN),
        authenticated_at=START - timedelta(seconds=5),
        session=SessionEnds(START + timedelta(minutes=15), START + timedelta(hours=2)),
        bsn=Bsn(BSN),
    )
    return replace(source, **changes)


@dataclass
class World:
    """A provider on a real store, with a clock and sessions that the test holds."""

    provider: OpenIDProvider
    records: RecordStore
    clock: MovableClock
    sessions: LiveSessions
    keys: SigningKeys

    def client(self, client_id: str) -> Client:
        found = self.provider.clients.find(client_id)
        assert found is not None
        return found

    def log_in(self, client_id: str = "mijn-cz", **changes: str | None) -> str:
        """A code for that client, in a new live session."""
        client = self.client(client_id)
        sid = f"sid-{next(_ids)}"
        source = claim_source()
        self.sessions.ends[client.brand, sid] = source.session
        request = validate_authorization_request(pairs(client_id=client_id, **changes), self.provider.clients)
        login = LoggedIn(sid, pairwise_subject(SEED, client.sector), source)
        return self.provider.codes.issue(request, client, login)


@cache
def loaded_keys() -> SigningKeys:
    """Our keys, loaded once for all tests that leave them as they are."""
    return SigningKeys(our_keys(), MovableClock())


def make_world(
    records: RecordStore,
    clock: MovableClock,
    held: HeldKeys | None = None,
    *,
    clients: ClientRegistry | None = None,
    rights: HeldRights | None = None,
) -> World:
    """Put a world together on `records`; give `held` to change the signing keys."""
    keys = loaded_keys() if held is None else SigningKeys(held, clock)
    sessions = LiveSessions(clock)
    held_rights = rights or HeldRights()
    facts = CurrentFacts(sessions, CurrentRights(held_rights, held_rights))
    provider = build_provider(
        ISSUER, clients=clients or all_clients(), keys=keys, records=records, facts=facts, clock=clock
    )
    return World(provider, records, clock, sessions, keys)


def fresh_jti() -> str:
    """An id that no other test uses."""
    return f"jti-{next(_ids)}"


def sign(header: dict[str, Any], claims: dict[str, Any], key: ECKey | RSAKey) -> str:
    """A compact JWS with this very header; joserfc signs, also with algorithms that we refuse."""
    registry = jws.JWSRegistry(algorithms=[header["alg"]], strict_check_header=False)
    return jws.serialize_compact(header, json.dumps(claims), key, registry=registry)


def encode_part(content: Any) -> str:
    """Base64url of JSON, or of bytes as they are."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def es256(content: bytes, key: ECKey) -> bytes:
    """A good ES256 signature over any bytes, also those that joserfc will not sign (RFC 7518 3.4)."""
    private = key.private_key
    assert private is not None
    r, s = decode_dss_signature(private.sign(content, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def forge(header: Any, claims: Any, signature: bytes) -> str:
    """A compact JWS put together by hand."""
    return f"{encode_part(header)}.{encode_part(claims)}.{encode_part(signature)}"


def decrypt(token: str, key: RSAKey) -> tuple[dict[str, Any], str]:
    """Header and content of an encrypted ID token, as the portal opens it."""
    opened = jwe.decrypt_compact(token, key, algorithms=["RSA-OAEP-256", "A256GCM"])
    assert opened.plaintext is not None
    return dict(opened.headers()), opened.plaintext.decode()


def decoded(token: str, world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token of ours, its signature verified against the published key set."""
    keys = {jwk["kid"]: jwk for jwk in json.loads(world.keys.document.body)["keys"]}
    unverified = jws.extract_compact(token.encode())
    jwk = keys[unverified.headers()["kid"]]
    key = ECKey.import_key(jwk) if jwk["kty"] == "EC" else RSAKey.import_key(jwk)
    verified = jws.deserialize_compact(token, key, algorithms=[jwk["alg"]])
    assert verified.payload is not None
    return dict(verified.headers()), json.loads(verified.payload)


def basic_header(client_id: str = "mijn-basic", secret: str = SECRET) -> str:
    """The Authorization header of RFC 6749 2.3.1."""
    plain = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return f"Basic {b64encode(plain.encode()).decode()}"


def token_request(world: World, client_id: str, code: str, /, **changes: str | None) -> FormRequest:
    """A sound token request of that client; None leaves a parameter out."""
    sound: dict[str, str | None] = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
    }
    return form_request(world, client_id, **(sound | changes))


def form_request(world: World, client_id: str, /, **parameters: str | None) -> FormRequest:
    """A form of that client with its proof; None leaves a parameter out."""
    sound: dict[str, str | None] = {}
    authorization = None
    if world.client(client_id).token_endpoint_auth_method is AuthMethod.CLIENT_SECRET_BASIC:
        authorization = basic_header(client_id)
    else:
        now = int(world.clock().timestamp())
        claims = {"iss": client_id, "sub": client_id, "aud": ISSUER, "jti": fresh_jti(), "exp": now + 60}
        sound["client_assertion_type"] = ASSERTION_TYPE
        sound["client_assertion"] = sign({"alg": "ES256", "kid": "sign-ec"}, claims, client_ec())
    body = tuple((name, value) for name, value in (sound | parameters).items() if value is not None)
    return FormRequest("application/x-www-form-urlencoded", authorization, body)


def tokens_of(world: World, client_id: str = "mijn-cz", **changes: str | None) -> dict[str, Any]:
    """Log in and redeem: the JSON of the token answer."""
    code = world.log_in(client_id, **changes)
    answer = world.provider.token.answer(token_request(world, client_id, code))
    assert answer.status == 200, answer
    content: dict[str, Any] = json.loads(answer.body)
    return content
