"""People hear by mail where their account is used for the first time (ASVS 6.3.5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broker.storage.known_devices import KnownDevices
from broker.storage.passwords import PasswordRepository
from broker.wiring.passwords import password_hashing
from broker.worker import jobs_of
from tests.support.business import IZA, PASSWORD, Business, Colleague

pytestmark = pytest.mark.flow

NEW = "Ingelogd op een nieuw apparaat – IZA"
PURGE = "forget devices that were not used for long"


def _enter(colleague: Colleague) -> None:
    colleague.arrive(prompt="login")
    colleague.type_password("Log in" if colleague.language == "en" else "Inloggen")
    assert colleague.is_in, colleague.page.text


def test_second_device_is_told_of_by_mail_and_the_first_is_not(business: Business) -> None:
    """Once for each device: not for the first ever, and not for one that was used before."""
    bea = business.colleague(IZA)
    _enter(bea)
    _enter(bea)
    assert business.worker.mails_to(bea.account.email) == []
    other = bea.elsewhere()
    _enter(other)
    assert business.worker.mails_to(bea.account.email) == [NEW]
    _enter(other)
    _enter(bea)
    assert business.worker.mails_to(bea.account.email) == [NEW]


def test_first_device_after_a_new_password_is_not_told_of(business: Business) -> None:
    """A new password makes all devices strange and is told of by a mail of its own; the next one is new."""
    bea, stores = business.colleague(IZA), business.system.stores
    _enter(bea)
    business.pass_time(60)
    PasswordRepository(stores.database).put(
        bea.account.id, password_hashing().hash(PASSWORD), at=stores.clock()
    )
    KnownDevices(stores.database, stores.keys.columns).forget_all(bea.account.id)
    business.pass_time(60)
    _enter(bea)
    assert business.worker.mails_to(bea.account.email) == []
    _enter(bea.elsewhere())
    assert business.worker.mails_to(bea.account.email) == [NEW]


def test_mail_holds_no_link_and_no_address_of_the_device(business: Business) -> None:
    """B4-22: it says when, and what the browser calls itself; who was not there is told to call."""
    bea = business.colleague(IZA)
    _enter(bea)
    _enter(bea.elsewhere())
    business.worker.delivery.run()
    (mail,) = [mail for mail in business.worker.mailbox.received if mail.recipient == bea.account.email]
    for kind in ("plain", "html"):
        body = mail.body(kind)
        assert "Neem dan meteen contact met ons op" in body
        assert "uur (Nederlandse tijd), met Onbekend apparaat." in body
        assert "http" not in body.replace("http://www.w3.org", "")
        assert "127.0.0" not in body


def test_mail_is_in_the_language_of_the_page(business: Business) -> None:
    """English for whoever logs in in English."""
    bea = business.colleague(IZA, language="en")
    _enter(bea)
    _enter(bea.elsewhere())
    assert business.worker.mails_to(bea.account.email) == ["Logged in on a new device – IZA"]


def test_wrong_password_on_a_new_device_sends_nothing(business: Business) -> None:
    """Else strangers could have us write to people."""
    bea = business.colleague(IZA)
    _enter(bea)
    stranger = bea.elsewhere()
    stranger.arrive()
    stranger.browser.press("Inloggen", email=bea.account.email, password="niet het wachtwoord")
    assert business.worker.mails_to(bea.account.email) == []


def test_device_that_was_not_used_for_a_year_is_forgotten_and_new_again(business: Business) -> None:
    """The worker forgets it when the browser does, and the mail comes again although no device is left."""
    bea, stores = business.colleague(IZA), business.system.stores
    _enter(bea)
    devices = KnownDevices(stores.database, stores.keys.columns)
    (purge,) = [job for job in jobs_of(business.system.settings, stores) if job.name == PURGE]
    business.pass_time(int(timedelta(days=364).total_seconds()))
    purge.run()
    assert len(devices.of_account(bea.account.id)) == 1
    business.pass_time(int(timedelta(days=1, minutes=1).total_seconds()))
    assert purge.run() >= 1
    assert devices.of_account(bea.account.id) == ()
    _enter(bea.elsewhere())
    assert business.worker.mails_to(bea.account.email) == [NEW]
