"""An answer counts at the scheme, the brand and the attempt that it is for (B1-21, B1-22, B1-32)."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.test import Client, TestResponse

from broker.app import create_app
from broker.settings import Settings
from demo.pki import load_pair
from tests.support.at_work import BOTH_BINDINGS, MIJNZZ, portal_of, system_by
from tests.support.browser import Browser
from tests.support.landing import parameter_of, relay_state_of
from tests.support.makelaar import MAKELAAR, answer_at_the_door, connect_to_makelaar, reach_makelaar
from tests.support.saml.eherkenning import Scene, posted
from tests.support.saml.keys import Pair
from tests.support.system import System

pytestmark = pytest.mark.flow

PERSON = "anouk"
AT_CZ = "zakelijk-cz"
PAST = "Deze inlogpoging is al voorbij"
NOT_DONE = "Inloggen bij deze organisatie is niet gelukt."
KNOWN = "Koppel uw eHerkenning"


@dataclass
class Towns:
    """Brand zz with eHerkenning, and brand cz with DigiD and an eHerkenning of its own."""

    system: System
    by_post: bool

    def begin(self, browser: Browser, client: str) -> str:
        """From a portal to the makelaar; the relay state of the request."""
        browser.open(portal_of(self.system).begin(client_id=client).url)
        return reach_makelaar(browser)

    def answer(self, browser: Browser, client: str = MIJNZZ) -> dict[str, str]:
        """An honest answer to a login at this portal, not yet brought."""
        self.begin(browser, client)
        return answer_at_the_door(browser, self.system.issuer, PERSON)

    def begin_at_digid(self, browser: Browser) -> str:
        """From Mijn CZ to DigiD; the relay state of the request."""
        browser.open(self.system.portal().begin().url)
        browser.press("Inloggen met DigiD")
        return relay_state_of(browser)

    def digid_artifact(self, browser: Browser) -> str:
        """An honest one of DigiD for brand cz, not yet brought."""
        self.begin_at_digid(browser)
        self.system.reach_sms_code(browser)
        ours = browser.sites.pop(self.system.issuer)
        url = browser.press("Inloggen", code=self.system.phone.last_code()).url
        browser.sites[self.system.issuer] = ours
        return parameter_of(url, "SAMLart")

    def bring(self, browser: Browser, brand: str, answer: dict[str, str]) -> None:
        """Land at a brand's eHerkenning, the way that its answers come."""
        acs = f"{self.system.issuer}/saml/{brand}/eherkenning/acs"
        if self.by_post:
            browser.post_from_elsewhere(acs, answer, origin=MAKELAAR)
        else:
            browser.follow_link_from_elsewhere(f"{acs}?{urlencode(answer)}")

    def bring_artifact(self, browser: Browser, scheme: str, artifact: str, relay_state: str) -> None:
        """Land at brand cz with an artifact."""
        query = urlencode({"SAMLart": artifact, "RelayState": relay_state})
        browser.follow_link_from_elsewhere(f"{self.system.issuer}/saml/cz/{scheme}/acs?{query}")


def _with_eherkenning_at_cz(settings: Settings) -> Settings:
    """Its own entity and services, and a portal that offers them."""
    zz, cz, portal = settings.brands["zz"], settings.brands["cz"], settings.portals[MIJNZZ]
    assert zz.eherkenning is not None
    services = tuple(
        service.model_copy(
            update={
                "uuid": f"{'c2' * 4}{service.uuid[8:]}",
                "service_id": service.service_id.replace(":services:9", ":services:8"),
            }
        )
        for service in zz.eherkenning.services
    )
    entity_id = zz.eherkenning.entity_id.replace(":9001", ":9002")
    own = zz.eherkenning.model_copy(update={"entity_id": entity_id, "services": services})
    client = portal.client.model_copy(update={"client_id": AT_CZ})
    return replace(
        settings,
        brands={**settings.brands, "cz": cz.model_copy(update={"eherkenning": own})},
        portals={
            **settings.portals,
            AT_CZ: portal.model_copy(update={"brand": "cz", "name": "Zakelijk CZ", "client": client}),
        },
    )


@pytest.fixture(scope="module", params=sorted(BOTH_BINDINGS))
def towns(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    demo_pki: Path,
    sqlite_template: bytes,
) -> Iterator[Towns]:
    """With answers by artifact and by POST."""
    folder = tmp_path_factory.mktemp(request.param)
    with system_by(request.param, folder, demo_pki, sqlite_template) as running:
        settings = _with_eherkenning_at_cz(running.settings)
        connect_to_makelaar(running.state, settings, "cz", running.clock)
        system = replace(running, settings=settings, broker=create_app(settings))
        yield Towns(system, by_post=request.param == "post")


@pytest.fixture(autouse=True)
def _on_a_day_of_its_own(towns: Towns) -> None:
    """No test meets what another one left."""
    towns.system.clock.advance(86_401)


def assert_refused(
    towns: Towns, browser: Browser, story_details: list[dict[str, object]], reason: str
) -> None:
    """Back at the choice with words that tell no cause, one event with the reason, and nobody logged in."""
    assert browser.page.status == 200
    assert NOT_DONE in browser.page.text
    assert [detail["reason"] for detail in story_details] == [reason]
    assert reason not in browser.page.html
    assert not [name for name in browser.cookies(towns.system.issuer) if "session" in name]


def test_answer_of_one_brand_is_unknown_at_another(towns: Towns) -> None:
    """And not used up by the try: at its own brand it still counts."""
    system, browser = towns.system, towns.system.browser()
    answer, story = towns.answer(browser), towns.system.story()
    towns.bring(browser, "cz", answer)
    assert (browser.page.status, browser.page.heading) == (400, PAST)
    assert [(event.brand, event.detail["reason"]) for event in story.events()] == [("cz", "answer-unknown")]
    assert not [name for name in browser.cookies(system.issuer) if "session" in name]
    towns.bring(browser, "zz", answer)
    assert browser.page.heading == KNOWN


def test_answer_of_one_brand_with_the_relay_state_of_another_is_refused(towns: Towns) -> None:
    """Two logins in one browser: the makelaar gives zz's artifact to nobody else, zz's answer names zz."""
    browser = towns.system.browser()
    answer = towns.answer(browser)
    answer["RelayState"] = towns.begin(browser, AT_CZ)
    story = towns.system.story()
    towns.bring(browser, "cz", answer)
    reason = "response.in-response-to" if towns.by_post else "answer.no-response"
    assert browser.page.heading == "Inloggen bij Zakelijk CZ"
    assert_refused(towns, browser, [event.detail for event in story.events()], reason)


def test_artifact_of_digid_is_none_of_eherkenning(towns: Towns) -> None:
    """The browser waits for eHerkenning and brings what DigiD gave it for the same brand."""
    browser = towns.system.browser()
    artifact = towns.digid_artifact(browser)
    relay_state, story = towns.begin(browser, AT_CZ), towns.system.story()
    towns.bring_artifact(browser, "eherkenning", artifact, relay_state)
    reason = "answer.binding" if towns.by_post else "artifact.source"
    assert_refused(towns, browser, [event.detail for event in story.events()], reason)


def test_answer_of_eherkenning_is_none_of_digid(towns: Towns) -> None:
    """An artifact is another party's; and nothing comes to DigiD's address by POST."""
    browser = towns.system.browser()
    answer = towns.answer(browser, AT_CZ)
    relay_state, story = towns.begin_at_digid(browser), towns.system.story()
    if towns.by_post:
        acs = f"{towns.system.issuer}/saml/cz/digid/acs"
        page = browser.post_from_elsewhere(acs, answer | {"RelayState": relay_state}, origin=MAKELAAR)
        assert (page.status, story.events()) == (404, [])
        return
    towns.bring_artifact(browser, "digid", answer["SAMLart"], relay_state)
    assert_refused(towns, browser, [event.detail for event in story.events()], "artifact.source")


def test_request_to_digid_is_not_answered_by_eherkenning(towns: Towns) -> None:
    """The relay state is DigiD's: whatever comes with it, nothing is asked and nobody is in."""
    browser = towns.system.browser()
    answer = towns.answer(browser, AT_CZ)
    answer["RelayState"] = towns.begin_at_digid(browser)
    story = towns.system.story()
    towns.bring(browser, "cz", answer)
    assert_refused(towns, browser, [event.detail for event in story.events()], "request.other-provider")


def test_request_to_eherkenning_is_not_answered_by_digid(towns: Towns) -> None:
    """The reverse."""
    browser = towns.system.browser()
    artifact = towns.digid_artifact(browser)
    relay_state, story = towns.begin(browser, AT_CZ), towns.system.story()
    towns.bring_artifact(browser, "digid", artifact, relay_state)
    assert_refused(towns, browser, [event.detail for event in story.events()], "request.other-provider")


by_post = pytest.mark.parametrize("towns", ["post"], indirect=True)


def post(towns: Towns, fields: MultiDict[str, str]) -> TestResponse:
    """As a browser posts that comes from the makelaar, without a cookie."""
    return Client(towns.system.broker, use_cookies=False).post(
        "/saml/zz/eherkenning/acs",
        base_url=towns.system.issuer,
        data=fields,
        headers={"Sec-Fetch-Site": "cross-site", "Origin": MAKELAAR},
    )


@by_post
def test_response_that_digid_signed_is_none_of_the_makelaar(towns: Towns) -> None:
    """In eHerkenning's own form, by a key that this broker trusts for DigiD."""
    system, browser = towns.system, towns.system.browser()
    relay_state = towns.begin(browser, MIJNZZ)
    digid = load_pair(system.state / "pki", "digid-signing")
    forged = posted(scene=Scene(now=system.clock(), key=Pair(digid.key, digid.certificate)))
    story = system.story()
    fields = {"SAMLResponse": base64.b64encode(forged).decode(), "RelayState": relay_state}
    towns.bring(browser, "zz", fields)
    assert_refused(towns, browser, [event.detail for event in story.events()], "signature.invalid")


RELAY_STATES: dict[str, list[str]] = {
    "missing": [],
    "empty": [""],
    "wrong": ["x" * 43],
    "an address": ["https://elsewhere.example/"],
    "too long": ["x" * 81],
    "control characters": ["a\r\nb"],
}


@by_post
@pytest.mark.parametrize("sent", RELAY_STATES)
def test_relay_state_that_is_not_ours_is_unknown(towns: Towns, sent: str) -> None:
    """One page, one event; the answer is not used up, and still counts with its own."""
    browser = towns.system.browser()
    answer, story = towns.answer(browser), towns.system.story()
    fields = MultiDict({"SAMLResponse": answer["SAMLResponse"]})
    fields.setlist("RelayState", RELAY_STATES[sent])
    refused = post(towns, fields)
    assert refused.status_code == 400
    assert PAST in refused.text
    assert [event.detail["reason"] for event in story.events()] == ["answer-unknown"]
    towns.bring(browser, "zz", answer)
    assert browser.page.heading == KNOWN


@by_post
def test_relay_state_twice_is_none(towns: Towns) -> None:
    """Two readers could take two different ones."""
    answer, story = towns.answer(towns.system.browser()), towns.system.story()
    fields = MultiDict(answer)
    fields.add("RelayState", answer["RelayState"])
    assert post(towns, fields).status_code == 400
    assert [event.detail["reason"] for event in story.events()] == ["answer-unknown"]


@by_post
def test_relay_state_of_another_attempt_is_refused(towns: Towns) -> None:
    """The same browser, another tab: the answer is not to that request."""
    browser = towns.system.browser()
    answer = towns.answer(browser)
    answer["RelayState"] = towns.begin(browser, MIJNZZ)
    story = towns.system.story()
    towns.bring(browser, "zz", answer)
    assert_refused(towns, browser, [event.detail for event in story.events()], "response.in-response-to")


@by_post
def test_response_twice_is_refused(towns: Towns) -> None:
    """Neither of two is read, not even when they are equal; the request is used up."""
    browser = towns.system.browser()
    answer, story = towns.answer(browser), towns.system.story()
    fields = MultiDict(answer)
    fields.add("SAMLResponse", answer["SAMLResponse"])
    browser.follow_link_from_elsewhere(towns.system.issuer + post(towns, fields).headers["Location"])
    assert_refused(towns, browser, [event.detail for event in story.events()], "xml.empty")


@by_post
@pytest.mark.parametrize("field", ["SAMLResponse", "RelayState"])
def test_megabyte_is_refused_before_it_is_read(towns: Towns, field: str) -> None:
    """413 and nothing written down; the request is not used up by it."""
    browser = towns.system.browser()
    answer, story = towns.answer(browser), towns.system.story()
    refused = post(towns, MultiDict(answer | {field: "A" * 1024 * 1024}))
    assert refused.status_code == 413
    assert "Dit bericht is te groot" in refused.text
    assert story.events() == []
    towns.bring(browser, "zz", answer)
    assert browser.page.heading == KNOWN
