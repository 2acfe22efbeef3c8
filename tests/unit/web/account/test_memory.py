"""What the account area remembers of a proof that waits for its second factor."""

from __future__ import annotations

from broker.storage.records import RecordStore
from broker.web.account.memory import AccountMemory, Proof
from tests.support.moments import MovableClock

SID, COOKIE = "sid", "digest of a cookie"


def test_proof_belongs_to_the_cookie_it_was_begun_with(
    record_store: RecordStore, clock: MovableClock
) -> None:
    """And it is taken once."""
    memory, proof = AccountMemory(record_store), Proof.begin("factors", COOKIE, clock())
    memory.keep_proof(SID, proof, now=clock())
    assert memory.proof(SID, "another cookie") is None
    assert memory.proof(SID, COOKIE) == proof
    assert [memory.take_proof(SID, proof) for _ in range(2)] == [True, False]
    assert memory.proof(SID, COOKIE) is None


def test_proof_that_was_given_up_is_no_browsers_any_more(
    record_store: RecordStore, clock: MovableClock
) -> None:
    """The next one is another: it has guesses of its own."""
    memory, proof = AccountMemory(record_store), Proof.begin("factors", COOKIE, clock())
    memory.keep_proof(SID, proof, now=clock())
    memory.give_up_proof(proof, now=clock())
    assert memory.proof(SID, COOKIE) is None
    following = Proof.begin("factors", COOKIE, clock())
    memory.keep_proof(SID, following, now=clock())
    assert memory.proof(SID, COOKIE) == following
    assert not memory.take_proof(SID, proof)


def test_right_code_that_was_judged_in_time_goes_on_with_a_proof_that_others_gave_up(
    record_store: RecordStore, clock: MovableClock
) -> None:
    """B4-08: of many codes at once, those that came too late shut no door on the one that was right."""
    memory, proof = AccountMemory(record_store), Proof.begin("factors", COOKIE, clock())
    memory.keep_proof(SID, proof, now=clock())
    memory.give_up_proof(proof, now=clock())
    assert memory.take_proof(SID, proof)
    memory.give_up_proof(proof, now=clock())
    assert not memory.take_proof(SID, proof)
