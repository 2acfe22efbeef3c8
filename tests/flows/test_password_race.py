"""A reset by the owner, while somebody with the old password is at work at the same moment (A05, A27)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from broker.accounts.passwords.hashing import PasswordHashing, Verified
from broker.storage.passwords import PasswordRepository
from broker.wiring.passwords import password_hashing
from tests.support.account_area import NEW_PASSWORD, at, inside
from tests.support.business import IZA, PASSWORD, Business, Colleague
from tests.support.password_links import NEW_PASSWORD as RESET_PASSWORD
from tests.support.password_links import Forgetful, fresh, use

pytestmark = pytest.mark.flow

CHANGED = "Uw wachtwoord is gewijzigd"


@pytest.fixture
def business(business: Business) -> Business:
    """Some time later, when nobody has asked too often."""
    return fresh(business)


def _reset_of(business: Business, bea: Colleague, seconds: int = 0) -> Callable[[], None]:
    """What the owner does, in a browser of her own, with a link that she has already.

    `seconds`: how much later it is then, by the clock that notes the change.
    """
    business.pass_time(5)
    link = Forgetful(business, bea).asked_link()
    business.pass_time(5)

    def reset() -> None:
        business.pass_time(seconds)
        assert use(business.system.browser(), link, RESET_PASSWORD).heading == CHANGED
        business.pass_time(-seconds)

    return reset


def _after_judging(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Do this once, when a password was found right and nothing has come of that yet."""
    verify, left = PasswordHashing.verify, [act]

    def slow(self: PasswordHashing, stored: str | None, password: str) -> Verified:
        found = verify(self, stored, password)
        if found.right and left:
            left.pop()()
        return found

    monkeypatch.setattr(PasswordHashing, "verify", slow)


def _is_password(business: Business, bea: Colleague, password: str) -> bool:
    stored = PasswordRepository(business.system.stores.database).get(bea.account.id)
    return password_hashing().verify(stored, password).right


def test_change_in_flight_leaves_the_reset_of_the_owner(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stolen session with the old password: what was judged before the reset changes nothing after it."""
    thief = inside(business.colleague(IZA))
    reset = _reset_of(business, thief)
    at(thief, "password")
    _after_judging(monkeypatch, reset)
    story = business.system.story()
    page = thief.browser.press("Wachtwoord wijzigen", current=PASSWORD, password=NEW_PASSWORD)
    assert page.status == 422
    assert "intussen op een andere manier gewijzigd" in page.html
    assert story.kinds()[-1] == "password.not-changed"
    assert story.kinds().count("password.changed") == 1
    assert _is_password(business, thief, RESET_PASSWORD)
    assert at(thief).status == 403


@pytest.mark.parametrize("seconds", [0, -3], ids=["after it", "before it, by the clock"])
def test_login_in_flight_does_not_survive_the_reset(
    business: Business, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    """The old password was right when it was judged, and whatever the clocks say it opens nothing."""
    bea = business.colleague(IZA)
    reset = _reset_of(business, bea, seconds)
    thief = bea.elsewhere()
    thief.arrive()
    _after_judging(monkeypatch, reset)
    page = thief.type_password()
    assert page.status == 403
    assert not thief.is_in
    assert at(thief).status == 403


@pytest.mark.parametrize("seconds", [0, -3], ids=["after it", "before it, by the clock"])
def test_password_that_waits_for_its_code_does_not_survive_the_reset(
    business: Business, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    """It is not even asked for: whoever has the app at hand as well is as late as anybody."""
    bea = business.colleague(IZA).with_app()
    reset = _reset_of(business, bea, seconds)
    thief = bea.elsewhere()
    thief.arrive()
    _after_judging(monkeypatch, reset)
    page = thief.type_password()
    assert (page.status, page.heading) == (403, "U moet opnieuw inloggen")
    assert not thief.is_in
    assert at(thief).status == 403
