"""Which claims a client gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.domain.assurance import EIDAS_LOW, AccountLevel, Assurance, DigidLevel, Scheme
from broker.oidc.claims import CLAIM_NAMES, CLAIMS, ClaimPlace, ClaimValue, RequestedClaims, released_claims
from broker.oidc.clients import Client
from broker.oidc.id_token import id_token_claims
from broker.oidc.subject import pairwise_subject
from broker.oidc.vocabulary import SCOPES
from tests.unit.oidc.oidc_support import (
    BSN,
    SEED,
    START,
    World,
    basic_client,
    bsn_client,
    claim_source,
    make_client,
    nlgov_client,
)

NAMES = st.frozensets(st.sampled_from([*sorted(CLAIM_NAMES), "sub", "iss", "aud", "roles", "exp", "amr", ""]))
CLIENTS = st.builds(
    lambda make, claims, ground: make(claims=claims, bsn_legal_ground=ground),
    st.sampled_from([make_client, bsn_client, basic_client, nlgov_client]),
    NAMES,
    st.sampled_from([None, "", "Wabvpz artikel 10"]),
)
REQUESTED = st.builds(RequestedClaims, NAMES, NAMES)
SCOPE = st.lists(st.sampled_from(SCOPES), unique=True).map(tuple)


def release(
    client: Client, place: ClaimPlace, scope: tuple[str, ...], requested: RequestedClaims
) -> dict[str, ClaimValue]:
    """The claims of one login."""
    return released_claims(client, place, scope=scope, requested=requested, source=claim_source())


@given(CLIENTS, st.sampled_from(ClaimPlace), SCOPE, REQUESTED)
def test_claims_never_leave_the_contract(
    client: Client, place: ClaimPlace, scope: tuple[str, ...], requested: RequestedClaims
) -> None:
    """Whatever is asked: names of the contract and of that place only; the BSN with every ground."""
    released = release(client, place, scope, requested)
    assert released.keys() <= client.claims & CLAIM_NAMES
    assert all(place in CLAIMS[name].places for name in released)
    if "bsn" in released:
        assert client.bsn_legal_ground
        assert client.id_token_encrypted_response_alg
        assert place is ClaimPlace.ID_TOKEN


def test_claims_of_the_contract_are_all_told() -> None:
    """The control: with every claim and scope, everything comes, with the right values."""
    client = bsn_client(claims=CLAIM_NAMES)
    source = claim_source()
    told = release(client, ClaimPlace.ID_TOKEN, SCOPES, RequestedClaims())
    assert told == {
        "name": "Fenna Bakker",
        "email": "fenna@example.nl",
        "assurance": {"scheme": "digid", "level": "midden"},
        "idp": "digid",
        "account_type": "consumer",
        "session_expires_at": int(source.session.absolute_at.timestamp()),
        "session_idle_expires_at": int(source.session.idle_at.timestamp()),
        "bsn": BSN,
    }
    at_userinfo = release(client, ClaimPlace.USERINFO, SCOPES, RequestedClaims())
    assert at_userinfo.keys() == (told.keys() - {"bsn"}) | {"acr", "auth_time"}
    assert (at_userinfo["acr"], at_userinfo["auth_time"]) == (EIDAS_LOW, int(START.timestamp()) - 5)


@pytest.mark.parametrize(("name", "scope"), [("name", "profile"), ("email", "email")])
@pytest.mark.parametrize("place", [ClaimPlace.ID_TOKEN, ClaimPlace.USERINFO])
def test_claim_with_a_scope_needs_it_or_its_own_name(name: str, scope: str, place: ClaimPlace) -> None:
    """The scopes open name and email; so does the claims parameter, at the place that it names."""
    client = make_client()
    nothing = RequestedClaims()
    assert name not in release(client, place, ("openid",), nothing)
    assert name in release(client, place, ("openid", scope), nothing)
    asked = {place.value: frozenset({name})}
    assert name in release(client, place, ("openid",), RequestedClaims(**asked))
    other = next(one for one in ClaimPlace if one is not place)
    assert name not in release(client, other, ("openid",), RequestedClaims(**asked))


def test_claims_without_a_value_are_left_out() -> None:
    """No empty name, no null BSN."""
    released = released_claims(
        bsn_client(),
        ClaimPlace.ID_TOKEN,
        scope=SCOPES,
        requested=RequestedClaims(),
        source=claim_source(name="", bsn=None),
    )
    assert released.keys() == {"assurance"}


METHODS = [
    (Assurance(Scheme.PASSWORD, AccountLevel.PASSWORD), ["pwd"]),
    (Assurance(Scheme.PASSWORD, AccountLevel.SMS), ["pwd", "sms", "mfa"]),
    (Assurance(Scheme.PASSWORD, AccountLevel.TOTP), ["pwd", "otp", "mfa"]),
    *((Assurance(Scheme.DIGID, level), None) for level in DigidLevel),
]


@pytest.mark.parametrize(("assurance", "methods"), METHODS)
def test_methods_are_told_of_logins_of_our_own(assurance: Assurance, methods: list[str] | None) -> None:
    """RFC 8176, in the ID token of a portal whose contract has it; what DigiD did is not ours to tell."""
    source = claim_source(assurance=assurance)
    client = make_client(claims=frozenset({"amr"}))
    told = [
        released_claims(client, place, scope=SCOPES, requested=RequestedClaims(), source=source)
        for place in (ClaimPlace.ID_TOKEN, ClaimPlace.USERINFO)
    ]
    assert told == [{"amr": methods} if methods else {}, {}]


def test_claims_of_the_protocol_cannot_be_taken_by_the_table(world: World) -> None:
    """No released name of an ID token is a protocol claim, so that the merge loses and replaces nothing."""
    client = world.client("mijn-cz")
    code = world.log_in()
    grant = world.provider.codes.redeem(
        client, code=code, redirect_uri=client.redirect_uris[0], code_verifier="v" * 43
    )
    bare = id_token_claims("i", make_client(claims=frozenset()), grant, grant.source, START)
    assert not {name for name, rule in CLAIMS.items() if ClaimPlace.ID_TOKEN in rule.places} & bare.keys()


def test_subject_is_pairwise_stable_and_of_the_seed_alone() -> None:
    """Two sectors, two accounts: all different; the same twice: equal; 256 bits, base64url."""
    subjects = {pairwise_subject(seed, sector) for seed in (SEED, bytes(32)) for sector in ("cz", "vgz")}
    assert len(subjects) == 4
    assert pairwise_subject(SEED, "cz") == pairwise_subject(SEED, "cz")
    assert all(len(subject) == 43 for subject in subjects)


@pytest.mark.parametrize(("seed", "sector"), [(b"", "cz"), (bytes(31), "cz"), (SEED, "")])
def test_subject_of_a_weak_seed_is_refused(seed: bytes, sector: str) -> None:
    """An erased seed gives an error, never a subject that many people share."""
    with pytest.raises(ValueError, match="32 bytes"):
        pairwise_subject(seed, sector)
