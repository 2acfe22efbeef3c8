"""What belongs to one brand, request or provider is worth nothing at another (mix-up, login CSRF)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from lxml import etree

from broker.app import create_app
from broker.wiring.digid import digid_metadata
from demo.digid.addresses import Addresses
from demo.digid.metadata import idp_metadata
from demo.digid.signing import digid_signer, sign
from demo.digid.simulator import PKI_FOLDER
from demo.idp.forms import DS, SAML, SAMLP
from demo.idp.signing import Signer
from demo.idp.soap import envelope
from demo.pki import issue, load_pair
from tests.support.back_channel_between import asking_digid, broker_calling, http, like_digid, listening
from tests.support.landing import (
    assert_refused,
    landing_of,
    landing_with,
    new_artifact,
    parameter_of,
    relay_state_of,
)
from tests.support.system import System

pytestmark = pytest.mark.flow


@pytest.fixture
def two_brands(own_system: System) -> System:
    """VGZ beside CZ, with a connection to DigiD and a portal of its own."""
    system = own_system
    cz, portal = system.settings.brands["cz"], system.settings.portals["mijn-cz"]
    assert cz.digid is not None
    entity_id = f"{system.issuer}/saml/vgz/digid/metadata"
    vgz = cz.model_copy(
        update={"name": "VGZ", "theme": "vgz", "digid": cz.digid.model_copy(update={"entity_id": entity_id})}
    )
    client = portal.client.model_copy(update={"client_id": "mijn-vgz"})
    mijn_vgz = portal.model_copy(update={"brand": "vgz", "name": "Mijn VGZ", "client": client})
    settings = replace(
        system.settings,
        brands={**system.settings.brands, "vgz": vgz},
        portals={**system.settings.portals, "mijn-vgz": mijn_vgz},
    )
    (system.state / "digid/sp/vgz.xml").write_bytes(digid_metadata(settings, "vgz", now=system.clock()))
    return replace(system, settings=settings, broker=create_app(settings))


def test_login_that_began_at_one_brand_does_not_end_at_another(two_brands: System) -> None:
    """The answer for CZ brought to VGZ's address is unknown there, and nobody is in at either."""
    system, browser = two_brands, two_brands.browser()
    browser.open(system.portal().begin().url)
    browser.press("Inloggen met DigiD")
    relay_state, story = relay_state_of(browser), system.story()
    page = browser.open(landing_with(system, new_artifact(), relay_state, "vgz"))
    assert (page.status, page.heading) == (400, "Deze inlogpoging is al voorbij")
    assert (story.last().brand, story.last().detail["reason"]) == ("vgz", "answer-unknown")
    assert not [name for name in browser.cookies(system.issuer) if "session" in name]


def test_artifact_of_one_brand_is_worth_nothing_at_another(two_brands: System) -> None:
    """Two logins in one browser, CZ's artifact with VGZ's relay state: DigiD does not resolve it."""
    system, browser = two_brands, two_brands.browser()
    browser.open(system.portal().begin(client_id="mijn-vgz").url)
    browser.press("Inloggen met DigiD")
    of_vgz = relay_state_of(browser)
    system.enter(browser)
    artifact, story = parameter_of(landing_of(browser), "SAMLart"), system.story()
    page = browser.open(landing_with(system, artifact, of_vgz, "vgz"))
    assert page.heading == "Inloggen bij Mijn VGZ"
    assert [event.detail["reason"] for event in story.events()] == ["answer.status"]
    assert "__Host-voordeur-session-vgz" not in browser.cookies(system.issuer)


def test_session_at_one_brand_is_none_at_another(two_brands: System) -> None:
    """The same browser, the same person: VGZ asks again."""
    system, browser = two_brands, two_brands.browser()
    system.enter(browser)
    silent = system.portal().begin(client_id="mijn-vgz", prompt="none")
    assert system.portal().answer(browser.open(silent.url).url)["error"] == "login_required"
    assert browser.open(system.portal().begin(client_id="mijn-vgz").url).heading == "Inloggen bij Mijn VGZ"


def _other_provider(system: System) -> tuple[Signer, System]:
    """A second identity provider that this deployment trusts as much, for another brand."""
    pair = issue(load_pair(system.state / PKI_FOLDER, "ca"), "other-signing")
    signer = digid_signer(pair.key, pair.certificate)
    file = system.state / "digid/other-idp-metadata.xml"
    file.write_bytes(idp_metadata(Addresses("http://127.0.0.1:8102", "https://127.0.0.1:8103"), signer))
    other = system.settings.providers["digid"].model_copy(update={"metadata_file": file})
    cz = system.settings.brands["cz"]
    assert cz.digid is not None
    at_other = {"provider": "other", "entity_id": f"{system.issuer}/saml/vgz/digid/metadata"}
    vgz = cz.model_copy(update={"digid": cz.digid.model_copy(update=at_other)})
    settings = replace(
        system.settings,
        brands={**system.settings.brands, "vgz": vgz},
        providers={**system.settings.providers, "other": other},
    )
    return signer, replace(system, settings=settings)


def test_answer_signed_by_another_trusted_provider_is_refused(own_system: System) -> None:
    """Mix-up: whoever may speak for VGZ's provider may not speak for CZ's."""
    signer, system = _other_provider(own_system)
    ask = asking_digid(own_system)

    def answer(call: bytes) -> Iterator[bytes]:
        yield http(_signed_by(signer, ask(call)))

    with listening(answer, like_digid(system)) as between:
        mixed = broker_calling(system, between.base_url)
        browser, story = mixed.browser(), mixed.story()
        mixed.log_in(browser, mixed.portal().begin().url)
    assert_refused(mixed, browser, "signature.invalid", story.last().detail["reason"])


def _signed_by(signer: Signer, told: bytes) -> bytes:
    root = etree.fromstring(told)
    message = root.find(f".//{{{SAMLP}}}ArtifactResponse")
    assert message is not None
    for signature in list(root.iter(f"{{{DS}}}Signature")):
        parent = signature.getparent()
        assert parent is not None
        parent.remove(signature)
    for assertion in message.iter(f"{{{SAML}}}Assertion"):
        sign(assertion, signer)
    sign(message, signer)
    return envelope(message)


def test_request_to_one_provider_is_not_completed_by_another(own_system: System) -> None:
    """The brand changed its provider while somebody was away: the old request ends, nothing is asked."""
    _, system = _other_provider(own_system)
    brands = dict(system.settings.brands)
    assert brands["cz"].digid is not None
    moved = brands["cz"].digid.model_copy(update={"provider": "other"})
    brands["cz"] = brands["cz"].model_copy(update={"digid": moved})
    # VGZ is what the sample makes it again, for two brands may not share an entity id at DigiD.
    brands["vgz"] = own_system.settings.brands["vgz"]
    browser = own_system.browser()
    browser.open(own_system.portal().begin().url)
    browser.press("Inloggen met DigiD")
    browser.sites[own_system.issuer] = create_app(replace(system.settings, brands=brands))
    story = own_system.story()
    own_system.pass_digid(browser)
    assert_refused(own_system, browser, "request.other-provider", story.last().detail["reason"])
