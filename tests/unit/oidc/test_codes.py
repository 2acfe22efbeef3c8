"""Authorization codes on the real store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from broker.domain.accounts import AccountId
from broker.domain.bsn import Bsn
from broker.domain.collectivity import CollectivityId
from broker.domain.organisation import KvkNumber
from broker.domain.representation import LegalSubject, Representation
from broker.oidc import codes
from broker.oidc.codes import CodeReplayed, LoggedIn
from broker.oidc.errors import Refusal
from broker.oidc.grants import Grant, decode_grant, encode_grant
from broker.oidc.rights import Acting
from broker.oidc.subject import pairwise_subject
from tests.unit.oidc.oidc_support import (
    BSN,
    REDIRECT_URI,
    SEED,
    VERIFIER,
    World,
    bsn_client,
    claim_source,
    sound_request,
)


def redeem(
    world: World,
    code: str,
    *,
    client_id: str = "mijn-cz",
    redirect_uri: str = REDIRECT_URI,
    verifier: str = VERIFIER,
) -> Grant:
    """Redeem as that client."""
    client = world.client(client_id)
    return world.provider.codes.redeem(client, code=code, redirect_uri=redirect_uri, code_verifier=verifier)


def test_code_is_redeemed_for_what_was_bound_to_it(world: World) -> None:
    """Scope, nonce, session, subject and facts come back; the grant lives."""
    grant = redeem(world, world.log_in())
    assert (grant.client_id, grant.nonce, grant.scope) == ("mijn-cz", "n0nce", ("openid", "profile", "email"))
    assert grant.sid.startswith("sid-")
    assert grant.source.name == "Fenna Bakker"
    assert world.provider.grants.find("mijn-cz", grant.id) == grant
    assert grant.subject == pairwise_subject(SEED, "cz-consumers")


def test_code_is_long_random_and_shaped_for_a_url(world: World) -> None:
    """256 bits; no two alike; the grant's id does not give it away."""
    issued = {world.log_in() for _ in range(50)}
    assert len(issued) == 50
    assert all(len(code) == 43 for code in issued)
    code = issued.pop()
    assert redeem(world, code).id not in {code, code[::-1]}


def test_code_is_refused_the_second_time_and_ends_the_grant(world: World) -> None:
    """RFC 6749 4.1.2: a replay revokes what the code gave."""
    code = world.log_in()
    grant = redeem(world, code)
    with pytest.raises(CodeReplayed) as caught:
        redeem(world, code)
    assert caught.value.error == "invalid_grant"
    assert caught.value.grant_id == grant.id
    assert world.provider.grants.find("mijn-cz", grant.id) is None


def test_replay_is_still_noticed_at_the_end_of_the_access_token(world: World) -> None:
    """The trace outlives the tokens."""
    code = world.log_in()
    grant = redeem(world, code)
    world.clock.advance(599)
    assert world.provider.grants.find("mijn-cz", grant.id) is not None
    with pytest.raises(CodeReplayed):
        redeem(world, code)
    assert world.provider.grants.find("mijn-cz", grant.id) is None


@pytest.mark.parametrize(("age_seconds", "good"), [(0, True), (59.9, True), (60, False), (3600, False)])
def test_code_lives_for_a_minute(world: World, age_seconds: float, good: bool) -> None:
    """60 s, by our clock."""
    code = world.log_in()
    world.clock.advance(age_seconds)
    if good:
        assert redeem(world, code).client_id == "mijn-cz"
    else:
        with pytest.raises(Refusal):
            redeem(world, code)


def test_code_of_another_client_does_not_exist(world: World) -> None:
    """The other client learns nothing, and the rightful one can still redeem."""
    code = world.log_in()
    with pytest.raises(Refusal) as caught:
        redeem(world, code, client_id="mijn-basic")
    assert not isinstance(caught.value, CodeReplayed)
    assert redeem(world, code).client_id == "mijn-cz"


@pytest.mark.parametrize("verifier", ["w" * 43, "v" * 44, "", "v" * 42, "v" * 43 + "\n", "\u00e9" * 43])
def test_code_with_a_wrong_verifier_is_refused_and_spent(world: World, verifier: str) -> None:
    """Whoever lacks the verifier gets one try, and ends what the code could give."""
    code = world.log_in()
    with pytest.raises(Refusal) as caught:
        redeem(world, code, verifier=verifier)
    assert caught.value.error == "invalid_grant"
    with pytest.raises(CodeReplayed):
        redeem(world, code)


def test_code_with_another_redirect_uri_is_refused(world: World) -> None:
    """Even by one byte."""
    with pytest.raises(Refusal):
        redeem(world, world.log_in(), redirect_uri=REDIRECT_URI + "/")


@pytest.mark.parametrize(
    "code", ["", "x", "é" * 43, "\ud800" * 43, "a" * 44, "a" * 43, "../" * 14 + "a", "a" * 42 + "\n"]
)
def test_code_that_never_was_is_refused(world: World, code: str) -> None:
    """Any text is refused in the same way."""
    with pytest.raises(Refusal) as caught:
        redeem(world, code)
    assert caught.value.error == "invalid_grant"


def test_codes_of_two_flows_cannot_be_swapped(world: World) -> None:
    """B3-01: a code goes only with the verifier of its own flow."""
    mine, theirs = world.log_in(), world.log_in(code_challenge="x" * 43)
    with pytest.raises(Refusal):
        redeem(world, theirs)
    assert redeem(world, mine).client_id == "mijn-cz"


def test_code_raced_by_fifty_is_redeemed_once_and_leaves_nothing_alive(world: World) -> None:
    """Exactly one wins, whatever the interleaving; the replays then end its grant."""
    code = world.log_in()
    barrier = Barrier(50)

    def attempt(_: int) -> Grant | CodeReplayed | Refusal:
        barrier.wait()
        try:
            return redeem(world, code)
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(50) as pool:
        outcomes = list(pool.map(attempt, range(50)))
    assert sum(isinstance(outcome, Grant) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, CodeReplayed) for outcome in outcomes) == 49
    ended = next(outcome.grant_id for outcome in outcomes if isinstance(outcome, CodeReplayed))
    assert world.provider.grants.find("mijn-cz", ended) is None


def test_code_keeps_the_bsn_only_for_a_client_that_may_have_it(world: World) -> None:
    """What a client may not have is not even stored for it, and nobody's stays after the code."""
    assert redeem(world, world.log_in()).source.bsn is None
    grant = redeem(world, world.log_in("mijn-bsn"), client_id="mijn-bsn")
    assert grant.source.bsn == Bsn(BSN)
    lasting = world.provider.grants.find("mijn-bsn", grant.id)
    assert lasting is not None
    assert lasting.source.bsn is None


def test_code_is_not_issued_to_another_client_than_asked(world: World) -> None:
    """A mix-up in the caller is an error, not a code."""
    with pytest.raises(ValueError, match="another client"):
        world.provider.codes.issue(sound_request(), bsn_client(), LoggedIn("s", "sub", claim_source()))


def test_grant_survives_encoding(world: World) -> None:
    """Every field, with and without BSN and nonce."""
    grant = redeem(world, world.log_in("mijn-bsn"), client_id="mijn-bsn")
    for one in (grant, replace(grant, nonce=None, source=replace(grant.source, bsn=None))):
        assert decode_grant(encode_grant(one)) == one


def test_grant_keeps_for_whom_its_person_acts(world: World) -> None:
    """Rights are asked within the mandate of the login, also when the grant comes out of the store."""
    mandate = Representation(LegalSubject(kvk=KvkNumber("90005528")), "service", "_mandate")
    plain = redeem(world, world.log_in())
    acting = Acting(AccountId("account"), CollectivityId("place"), ("act",), mandate)
    grant = replace(plain, source=replace(plain.source, represents=mandate), acting=acting)
    assert decode_grant(encode_grant(grant)) == grant


def test_grant_hides_the_person_when_printed(world: World) -> None:
    """Neither name, e-mail, BSN nor subject reaches a log by repr."""
    grant = redeem(world, world.log_in("mijn-bsn"), client_id="mijn-bsn")
    for hidden in ("Fenna", "fenna@", "999990019", grant.subject, "n0nce"):
        assert hidden not in repr(grant)


def test_code_with_a_wrong_verifier_ends_its_grant_at_once(world: World) -> None:
    """Not only when it is tried again."""
    code = world.log_in()
    grant_id = codes._grant_id(code)
    assert world.provider.grants.find("mijn-cz", grant_id) is not None
    with pytest.raises(Refusal):
        redeem(world, code, verifier="w" * 43)
    assert world.provider.grants.find("mijn-cz", grant_id) is None
