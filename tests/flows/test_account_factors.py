"""J11 and J24: somebody changes what they show beside their password, and proves first who they are."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest

from broker.domain.accounts import AccountId
from broker.domain.second_factors import FactorKind, SecondFactor
from broker.mfa.service import SecondFactors
from tests.support.account_area import CONFIRM_CODE, at, inside, notice
from tests.support.browser import Page
from tests.support.business import IZA, PASSWORD, VGZ, Business, Colleague, new_mobile

pytestmark = pytest.mark.flow

LIST, PROOF, CODE = "Tweestapsverificatie", "Bevestig dat u het bent", "Vul de verificatiecode in"
ADD = "Nieuwe telefoon of andere manier instellen"
_SIX_MINUTES = 6 * 60


def _prove(someone: Colleague, *, steps: int = 0) -> Page:
    """Password, and the code of the app."""
    someone.browser.press("Verder", password=PASSWORD)
    return someone.browser.press(CONFIRM_CODE, code=someone.app_code(steps=steps))


def _add_app(someone: Colleague) -> Page:
    """The three steps with an app."""
    someone.browser.press("Code ontvangen via een app")
    found = someone.page.soup.select_one(".secret-text")
    assert found is not None
    secret = found.get_text(strip=True).replace(" ", "")
    someone.browser.press("Verder")
    return someone.browser.press(CONFIRM_CODE, code=someone.app_code(secret=secret))


def _add_phone(someone: Colleague, number: str) -> Page:
    """The three steps with a telephone."""
    someone.browser.press("Code ontvangen via een")
    someone.browser.press("Bevestig telefoonnummer", number=number)
    return someone.browser.press(CONFIRM_CODE, code=someone.worker.last_code())


def test_new_phone_takes_the_place_of_the_old_app(business: Business) -> None:
    """J11: logged in with the old one; the new app works from now on and the old one does not."""
    marieke = inside(business.colleague().with_app())
    (before,) = marieke.factors.of_account(marieke.account.id)
    story = business.system.story()
    assert at(marieke, "factors").heading == LIST
    marieke.browser.follow(ADD)
    page = _add_app(marieke)
    assert (page.heading, notice(page)) == (LIST, "Uw tweestapsverificatie is gewijzigd")
    (after,) = marieke.factors.of_account(marieke.account.id)
    assert (after.kind, after.id != before.id) == (FactorKind.TOTP, True)
    assert story.kinds() == ["second-factor.removed", "second-factor.enrolled"]
    assert len(marieke.worker.mails_to(marieke.account.email)) == 1


def test_old_app_is_removed_once_a_telephone_is_there(business: Business) -> None:
    """J11: adding comes first; then the other may go, with a mail."""
    marieke = inside(business.colleague().with_app())
    assert "Verwijderen" not in at(marieke, "factors").text
    marieke.browser.follow(ADD)
    _add_phone(marieke, new_mobile())
    page = marieke.browser.press("Verwijderen")
    assert notice(page) == "De manier is verwijderd"
    assert marieke.kinds == [FactorKind.SMS]
    assert len(marieke.worker.mails_to(marieke.account.email)) == 2


def test_last_factor_stays_where_the_portal_demands_one(business: Business) -> None:
    """Also for a form that was made by hand; at a portal that leaves it to people it may go."""
    marieke = inside(business.colleague().with_app())
    (factor,) = marieke.factors.of_account(marieke.account.id)
    token = at(marieke, "factors").soup.select_one("input[name=csrf_token]")
    assert token is not None
    fields = {"csrf_token": str(token["value"]), "factor": factor.id}
    page = marieke.browser.post_here(f"{business.system.issuer}/cz/account/factors/remove", fields)
    assert notice(page) == "Deze manier kunt u nu niet verwijderen"
    assert marieke.kinds == [FactorKind.TOTP]
    free = inside(business.colleague(IZA).with_app())
    at(free, "factors")
    free.browser.press("Verwijderen")
    assert free.kinds == []


def test_factor_of_somebody_else_is_not_there(business: Business) -> None:
    """A76: its id is worth nothing in another session."""
    other, mine = business.colleague(IZA).with_app(), inside(business.colleague(IZA).with_app())
    (factor,) = other.factors.of_account(other.account.id)
    at(mine, "factors")
    mine.browser.press("Verwijderen", factor=factor.id)
    assert other.kinds == [FactorKind.TOTP]
    assert mine.kinds == [FactorKind.TOTP]


def test_change_after_five_minutes_asks_for_password_and_code_first(business: Business) -> None:
    """A32, B4-10: nothing changes without; the proof renews the secret of this browser."""
    pieter = inside(business.colleague(VGZ).with_app().with_phone())
    business.pass_time(_SIX_MINUTES)
    at(pieter, "factors")
    page = pieter.browser.press("Verwijderen")
    assert page.heading == PROOF
    assert len(pieter.kinds) == 2
    before, story = pieter.browser.cookies(business.system.issuer), business.system.story()
    page = _prove(pieter)
    assert (page.heading, notice(page)) == (LIST, "U heeft bevestigd dat u het bent")
    assert story.kinds() == ["account.identity-confirmed"]
    assert pieter.browser.cookies(business.system.issuer) != before
    pieter.browser.press("Verwijderen")
    assert len(pieter.kinds) == 1


def test_password_alone_is_no_proof_for_who_has_a_factor(business: Business) -> None:
    """B4-10: after the password the change is still refused."""
    pieter = inside(business.colleague(VGZ).with_app())
    business.pass_time(_SIX_MINUTES)
    at(pieter, "factors/add")
    assert pieter.browser.press("Verder", password=PASSWORD).heading == CODE
    assert at(pieter, "factors/add").heading == CODE
    at(pieter, "factors")
    assert pieter.browser.press("Verwijderen").heading == CODE
    assert pieter.kinds == [FactorKind.TOTP]


def test_wrong_password_is_told_at_its_field(business: Business) -> None:
    """And counts among the tries to log in."""
    pieter = inside(business.colleague(VGZ).with_app())
    business.pass_time(_SIX_MINUTES)
    at(pieter, "factors/add")
    story = business.system.story()
    for _ in range(5):
        page = pieter.browser.press("Verder", password="niet dit wachtwoord")
        assert page.status == 422
        assert "Dit wachtwoord klopt niet" in page.text
    assert story.kinds() == ["account.identity-not-confirmed"] * 5
    assert pieter.browser.press("Verder", password=PASSWORD).status == 422


def test_five_wrong_codes_lead_back_to_the_password(business: Business) -> None:
    """A13: the sixth, though right, is not judged."""
    pieter = inside(business.colleague(VGZ).with_app())
    business.pass_time(_SIX_MINUTES)
    at(pieter, "factors/add")
    pieter.browser.press("Verder", password=PASSWORD)
    for _ in range(4):
        assert pieter.browser.press(CONFIRM_CODE, code=pieter.wrong_code()).status == 422
    page = pieter.browser.press(CONFIRM_CODE, code=pieter.wrong_code())
    assert (page.heading, notice(page)) == (PROOF, "Te vaak een verkeerde code")
    assert at(pieter, "factors/add").heading == PROOF


@pytest.mark.parametrize("typed", [None, "", "123456"], ids=["look", "nothing", "code"])
def test_last_factor_that_goes_while_its_code_is_asked_leads_to_the_password(
    business: Business, monkeypatch: pytest.MonkeyPatch, typed: str | None
) -> None:
    """Removed by an administrator right after this request saw it: a page, and the next one asks anew."""
    pieter = inside(business.colleague(VGZ).with_app())
    business.pass_time(_SIX_MINUTES)
    at(pieter, "factors/add")
    assert pieter.browser.press("Verder", password=PASSWORD).heading == CODE
    seen = SecondFactors.kinds_of

    def seen_and_removed(service: SecondFactors, account_id: AccountId) -> tuple[SecondFactor, ...]:
        found = seen(service, account_id)
        for factor in found:
            pieter.factors.remove(factor.id)
        return found

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(SecondFactors, "kinds_of", seen_and_removed)
        page = at(pieter, "confirm") if typed is None else pieter.browser.press(CONFIRM_CODE, code=typed)
    assert page.status in {200, 422}
    assert pieter.kinds == []
    assert at(pieter, "confirm?to=factors").heading == PROOF
    assert pieter.browser.press("Verder", password=PASSWORD).heading == LIST


def test_code_by_text_message_is_a_proof_of_its_own_purpose(business: Business) -> None:
    """B4-11: sent with the password; the code of a login is worth nothing here."""
    bram = business.colleague(VGZ).with_phone()
    bram.log_in()
    of_login = bram.worker.last_code()
    bram.browser.press(CONFIRM_CODE, code=of_login)
    business.pass_time(_SIX_MINUTES)
    at(bram, "factors/add")
    assert bram.browser.press("Verder", password=PASSWORD).heading == CODE
    own = bram.worker.last_code()
    if own != of_login:
        assert bram.browser.press(CONFIRM_CODE, code=of_login).status == 422
    assert bram.browser.press(CONFIRM_CODE, code=own).heading == LIST


def test_recovery_codes_are_made_anew_and_shown_once(business: Business) -> None:
    """B4-21: in the answer to the POST alone; the old ones are gone; a mail tells it."""
    marieke = inside(business.colleague().with_app().with_recovery_codes())
    at(marieke, "factors")
    page = marieke.browser.press("Nieuwe herstelcodes maken")
    codes = [item.get_text(strip=True) for item in page.soup.select(".recovery-codes li")]
    assert len(codes) == 10
    assert not set(codes) & set(marieke.recovery_codes)
    assert page.header("Cache-Control") == "no-store"
    after = marieke.browser.press("Ik heb de codes bewaard")
    assert after.heading == LIST
    assert not re.search(codes[0], after.html)
    assert marieke.worker.mails_to(marieke.account.email) == ["U heeft nieuwe herstelcodes – CZ"]


def test_others_can_write_while_new_recovery_codes_are_hashed(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hashing is slow on purpose, so it comes before the transaction, also that of the page itself."""
    marieke = inside(business.colleague().with_app().with_recovery_codes())
    at(marieke, "factors")
    others, written, scrypt = business.system.stores.database, [], hashlib.scrypt
    assert others.has_one_writer

    def write_meanwhile(*arguments: Any, **named: Any) -> bytes:
        with others.writing():
            written.append(1)
        return scrypt(*arguments, **named)

    monkeypatch.setattr(hashlib, "scrypt", write_meanwhile)
    page = marieke.browser.press("Nieuwe herstelcodes maken")
    assert len(page.soup.select(".recovery-codes li")) == 10
    assert len(written) == 10


def test_sixth_set_of_recovery_codes_in_an_hour_is_refused(business: Business) -> None:
    """The page says so; the set before it still works, and nobody is mailed about it."""
    marieke = inside(business.colleague().with_app().with_recovery_codes())
    for _ in range(5):
        at(marieke, "factors")
        marieke.browser.press("Nieuwe herstelcodes maken")
    at(marieke, "factors")
    story = business.system.story()
    page = marieke.browser.press("Nieuwe herstelcodes maken")
    assert (page.heading, notice(page)) == (LIST, "U heeft te vaak nieuwe herstelcodes gemaakt")
    assert story.kinds() == []
    assert len(marieke.worker.mails_to(marieke.account.email)) == 5


def test_secret_of_a_new_app_is_not_shown_again(business: Business) -> None:
    """B4-20: reloading the page of the wizard shows no secret."""
    marieke = inside(business.colleague().with_app())
    at(marieke, "factors/add")
    assert marieke.browser.press("Code ontvangen via een app").soup.select_one(".secret-text")
    assert not at(marieke, "factors/add").soup.select_one(".secret-text")
