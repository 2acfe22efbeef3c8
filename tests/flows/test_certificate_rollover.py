"""Keys and certificates are replaced, ours and theirs, with logins running throughout: none is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from lxml import etree

from broker.providers.saml.feed_refresh import FeedRefresh
from broker.providers.saml.keys import certificate_base64, fingerprint_of, load_certificate
from broker.settings import MetadataFeed, Settings
from broker.wiring.provider_metadata import feed_refreshes
from demo.digid.simulator import PKI_FOLDER
from demo.eherkenning.names import HM_ENTITY_ID
from demo.pki import KeyPair, issue, load_pair, write_pair
from tests.support.at_work import Worker, handed_out
from tests.support.browser import Browser
from tests.support.makelaar import connect_to_makelaar, leave_makelaar, reach_makelaar, running_makelaar
from tests.support.relying_party import Attempt
from tests.support.rollover import (
    Operator,
    PublishedFeed,
    Stream,
    in_days,
    running_feed,
    with_brand,
    with_provider,
)
from tests.support.saml.feed import signed_feed
from tests.support.saml.keys import pair
from tests.support.saml.signers import DS, METADATA
from tests.support.system import System, running_digid

pytestmark = pytest.mark.flow


def logins_by_digid(system: System) -> Stream:
    """Sanne at Mijn CZ, again and again."""

    def begin() -> tuple[Browser, Attempt]:
        browser, attempt = system.browser(), system.portal().begin()
        browser.open(attempt.url)
        browser.press("Inloggen met DigiD")
        return browser, attempt

    def finish(under_way: object) -> None:
        assert isinstance(under_way, tuple)
        browser, attempt = under_way
        url = system.pass_digid(browser)
        assert system.portal().tokens(url, attempt).claims["idp"] == "digid"

    return Stream(begin, finish)


def logins_by_eherkenning(system: System) -> Stream:
    """Anouk at MijnZZ Zakelijk, again and again."""
    Worker(system, "anouk").bound(handed_out(system, "anouk"))

    def begin() -> Worker:
        worker = Worker(system, "anouk")
        worker.arrive()
        reach_makelaar(worker.browser)
        return worker

    def finish(under_way: object) -> None:
        assert isinstance(under_way, Worker)
        leave_makelaar(under_way.browser, "anouk")
        assert under_way.tokens().claims["idp"] == "eherkenning"

    return Stream(begin, finish)


def told_in(document: bytes, use: str) -> list[str | None]:
    """The certificates in our metadata for one use, in their order."""
    found = etree.fromstring(document).iterfind(f".//{{{METADATA}}}KeyDescriptor[@use='{use}']")
    return [one.findtext(f".//{{{DS}}}X509Certificate") for one in found]


def of_files(operator: Operator, *names: str) -> list[str]:
    """The same by the names of their files."""
    return [certificate_base64(load_certificate(operator.file(name, "pem"))) for name in names]


def test_our_keys_at_digid_are_replaced_and_no_login_is_lost(own_system: System) -> None:
    """Old, both told, new in use at its moment, old gone; a login is under way at each step."""
    system, operator = own_system, Operator(own_system)
    logins, metadata = logins_by_digid(system), "/saml/cz/digid/metadata"
    registered, old = system.state / "digid/sp/cz.xml", "cz-digid-signing"
    for name in ("next-signing", "next-tls"):
        operator.order(name)
    logins.step()

    digid = system.settings.brands["cz"].digid
    assert digid is not None
    both = with_brand(
        system.settings,
        "cz",
        digid=digid.model_copy(update={"next_signing": operator.next_key("next-signing")}),
    )
    operator.restart(with_provider(both, "digid", next_tls_client=operator.next_key("next-tls")))
    logins.step()  # DigiD knows the old ones only, and these are in use
    assert told_in(operator.published(metadata), "signing") == of_files(operator, old, "next-signing")
    registered.write_bytes(operator.published(metadata))
    operator.register_tls("digid/sp/cz.tls.pem", "broker-tls-client", "next-tls")
    logins.step()

    operator.wait_for_the_moment()
    assert told_in(operator.published(metadata), "signing") == of_files(operator, "next-signing", old)
    logins.step()  # began with the old key, ends with the new one

    tls = {
        "tls_client_key_file": operator.file("next-tls", "key"),
        "tls_client_certificate_file": operator.file("next-tls", "pem"),
        "next_tls_client": None,
    }
    signing = {
        "signing_key_file": operator.file("next-signing", "key"),
        "signing_certificate_file": operator.file("next-signing", "pem"),
        "next_signing": None,
    }
    after = with_brand(system.settings, "cz", digid=digid.model_copy(update=signing))
    operator.restart(with_provider(after, "digid", **tls))
    registered.write_bytes(operator.published(metadata))
    operator.register_tls("digid/sp/cz.tls.pem", "next-tls")
    assert told_in(registered.read_bytes(), "signing") == of_files(operator, "next-signing")
    logins.step()
    logins.step()  # from the first page to the last with the new key alone
    assert logins.finished == 5


def test_our_keys_at_eherkenning_are_replaced_and_no_login_is_lost(own_system: System) -> None:
    """For signing, for encryption and for the back channel at once; identifiers are read at every step."""
    system, operator = own_system, Operator(own_system)
    logins = logins_by_eherkenning(system)
    for name in ("next-signing", "next-encryption", "next-tls"):
        operator.order(name)
    logins.step()

    section = system.settings.brands["zz"].eherkenning
    assert section is not None
    upcoming = {
        "next_signing": operator.next_key("next-signing"),
        "next_encryption": operator.next_key("next-encryption"),
    }
    both = with_brand(system.settings, "zz", eherkenning=section.model_copy(update=upcoming))
    operator.restart(with_provider(both, "eherkenning", next_tls_client=operator.next_key("next-tls")))
    logins.step()  # the makelaar knows the old ones only, and encrypts to the old one
    connect_to_makelaar(system.state, system.settings, "zz", system.clock)
    operator.register_tls("eherkenning/sp/zz.tls.pem", "broker-tls-client", "next-tls")
    served = operator.published("/saml/zz/eherkenning/metadata")
    assert told_in(served, "encryption") == of_files(operator, "zz-eherkenning-encryption", "next-encryption")
    logins.step()  # encrypted to both

    operator.wait_for_the_moment()
    served = operator.published("/saml/zz/eherkenning/metadata")
    assert told_in(served, "signing") == of_files(operator, "next-signing", "zz-eherkenning-signing")
    logins.step()

    new = {
        f"{use}_{kind}_file": operator.file(f"next-{use}", ending)
        for use in ("signing", "encryption")
        for kind, ending in (("key", "key"), ("certificate", "pem"))
    }
    gone = {"next_signing": None, "next_encryption": None}
    alone = with_brand(system.settings, "zz", eherkenning=section.model_copy(update=new | gone))
    connect_to_makelaar(system.state, alone, "zz", system.clock)
    logins.step()  # encrypted to the new key alone, while we still have both
    tls = {
        "tls_client_key_file": operator.file("next-tls", "key"),
        "tls_client_certificate_file": operator.file("next-tls", "pem"),
        "next_tls_client": None,
    }
    operator.restart(with_provider(alone, "eherkenning", **tls))
    operator.register_tls("eherkenning/sp/zz.tls.pem", "next-tls")
    logins.step()
    logins.step()
    assert logins.finished == 6


def test_digid_replaces_its_key_and_no_login_is_lost(own_system: System) -> None:
    """Its metadata comes as a file: with both keys for a while, and either of them signs."""
    system, operator = own_system, Operator(own_system)
    pki, file = system.state / PKI_FOLDER, system.state / "digid/idp-metadata.xml"
    old, new = load_pair(pki, "digid-signing"), issue(load_pair(pki, "ca"), "digid-next")
    logins = logins_by_digid(system)
    logins.step()
    _add(file, new.certificate)
    operator.restart(system.settings)
    logins.step()  # began before the restart
    logins.pause()  # signed with the old key, while both are known
    write_pair(pki, "digid-signing", new)
    with running_digid(system.state, system.phone, system.clock) as front:
        system.digid = front
        _add(file, old.certificate)
        operator.restart(system.settings)
        logins.step()
        logins.pause()  # signed with the new key
    assert logins.finished == 3


def _add(file: Path, certificate: x509.Certificate) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(with_certificates(text, certificate), encoding="utf-8")


def with_certificates(metadata: str, *more: x509.Certificate) -> str:
    """A provider's metadata with further signing certificates."""
    place = "<md:ArtifactResolutionService"
    further = "".join(
        f'<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="{DS}"><ds:X509Data><ds:X509Certificate>'
        f"{certificate_base64(one)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        for one in more
    )
    return metadata.replace(place, further + place, 1)


class Makelaar:
    """The makelaar's side: a signed feed, and a signing key that it replaces."""

    def __init__(self, system: System, feed: PublishedFeed) -> None:
        self._system = system
        self._feed = feed

    def publish(self, *more: x509.Certificate, signer: str = "feed") -> None:
        """What it tells of itself now, with further certificates beside the one in use."""
        # Never twice in a second: what ends at the same moment and says something else is not believed.
        self._system.clock.advance(1)
        text = (self._system.state / "eherkenning/hm-metadata.xml").read_text(encoding="utf-8")
        entity = with_certificates(text.partition("?>")[2], *more)
        self._feed.document = signed_feed(entity, in_days(self._system.clock(), 7), key=pair(signer))

    @contextmanager
    def restarted_with(self, made: KeyPair) -> Iterator[None]:
        """New processes that sign with another key, at another address of the back channel."""
        write_pair(self._system.state / PKI_FOLDER, "eherkenning-signing", made)
        with running_makelaar(self._system.state, self._system.clock) as front:
            self._system.makelaar = front
            yield


def fed(system: System, feed: PublishedFeed) -> Settings:
    """The settings with the feed in the place of the file."""
    signer, _ = pair("feed").write(system.state, "feed-signer")
    section = MetadataFeed(
        url=feed.url,
        signer_certificate_files=(signer,),
        copy_file=system.state / "copies/hm.xml",
        tls_ca_file=system.state / PKI_FOLDER / "ca.pem",
        refresh_seconds=60,
    )
    keys = {"metadata_file": None, "feed": section, "entity_id": HM_ENTITY_ID}
    return with_provider(system.settings, "eherkenning", **keys)


def test_makelaar_replaces_its_key_and_servers_follow_its_feed(own_system: System) -> None:
    """Nothing of ours is restarted: the worker fetches, and the next login goes by what it brought."""
    system, operator = own_system, Operator(own_system)
    pki = system.state / PKI_FOLDER
    old, new = (load_pair(pki, "eherkenning-signing"), issue(load_pair(pki, "ca"), "hm-next"))
    with running_feed(system.state) as feed:
        makelaar, settings = Makelaar(system, feed), fed(system, feed)
        (worker,) = feed_refreshes(settings, system.stores)
        makelaar.publish()
        assert worker.run() == 1
        operator.restart(settings)
        logins, story = logins_by_eherkenning(system), system.story()
        logins.step()

        makelaar.publish(new.certificate)
        assert fetched_after_a_while(system, worker) == 1
        logins.step()  # signed with the old key, which is still among them
        makelaar.publish(signer="somebody-else")
        assert fetched_after_a_while(system, worker) == 0
        logins.pause()  # the last good copy serves
        with makelaar.restarted_with(new):
            makelaar.publish(old.certificate)
            assert fetched_after_a_while(system, worker) == 1
            logins.step()
            makelaar.publish()
            assert fetched_after_a_while(system, worker) == 1
            logins.step()  # signed with the new key, which is now the only one
            logins.pause()
            assert logins.finished == 4
            system.clock.advance(8 * 86_400)
            assert worker.run() == 0
            page = Worker(system, "anouk").arrive()
            assert "Inloggen met eHerkenning kan nu niet" in page.text
    told = [event for event in story.events() if event.kind.startswith("provider-metadata.")]
    assert [event.detail for event in told] == [
        {"provider": "eherkenning", "added": fingerprint_of(new.certificate), "removed": ""},
        {"provider": "eherkenning", "reason": "signature.invalid"},
        {"provider": "eherkenning", "added": "", "removed": ""},
        {"provider": "eherkenning", "added": "", "removed": fingerprint_of(old.certificate)},
        {"provider": "eherkenning", "reason": "feed.ended"},
    ]


def fetched_after_a_while(system: System, worker: FeedRefresh) -> int:
    """What the worker's next round brings, when the feed is due."""
    system.clock.advance(61)
    return worker.run()
