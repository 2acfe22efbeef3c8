"""A makelaar that answers to logging out: what it sends, by which binding, and who signed it."""

from __future__ import annotations

import base64
import zlib
from urllib.parse import parse_qs, unquote_plus, urlsplit

import pytest
from bs4 import BeautifulSoup
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree
from werkzeug.test import TestResponse

from demo.eherkenning.names import HM_ENTITY_ID
from demo.pki import load_pair
from tests.demo.eherkenning.conftest import World, words
from tests.demo.eherkenning.dienstverlener import NAMESPACES, only
from tests.demo.eherkenning.opinions import signed_part

OURS = "https://dv.example/saml/logout"
PLACES = "".join(
    f'<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:{binding}" Location="{OURS}"/>'
    for binding in ("HTTP-Redirect", "HTTP-POST")
)


def log_out(world: World, fault: str, *, places: str = PLACES) -> TestResponse:
    """What the browser gets, when this is switched on and the metadata names these places."""
    (world.state / "eherkenning/sp/zz.xml").write_bytes(world.dv.metadata(places))
    world.log_in()
    assert world.browser.post("/api/faults", json={"fault": fault}).status_code == 200
    request = world.dv.logout_request(world.clock(), world.addresses.logout)
    return world.browser.get(f"/broker/slo?{world.dv.redirect_query(request)}")


def redirected(answer: TestResponse) -> tuple[str, etree._Element]:
    """The query and the message in it."""
    assert answer.location.startswith(f"{OURS}?")
    query = urlsplit(answer.location).query
    sent = parse_qs(query, strict_parsing=True)
    packed = sent.get("SAMLResponse") or sent["SAMLRequest"]
    return query, etree.fromstring(zlib.decompress(base64.b64decode(packed[0]), wbits=-15))


def test_answer_by_redirect_is_signed_over_the_query(world: World) -> None:
    """To our request, at our place, with our RelayState."""
    query, root = redirected(log_out(world, "logout-answered"))
    signed, _, signature = query.rpartition("&Signature=")
    key = load_pair(world.state / "pki", "eherkenning-signing").key.public_key()
    value = base64.b64decode(unquote_plus(signature), validate=True)
    key.verify(value, signed.encode(), padding.PKCS1v15(), SHA256())
    assert parse_qs(query)["RelayState"] == ["rs-1"]
    assert root.get("InResponseTo") == world.dv.request_ids[-1]
    assert root.get("Destination") == OURS
    assert only(root, "saml:Issuer").text == HM_ENTITY_ID
    assert str(only(root, "samlp:Status/samlp:StatusCode").get("Value")).endswith(":Success")


def test_answer_by_post_is_signed_within(world: World) -> None:
    """A page with a form, signed by the makelaar's own key."""
    page = log_out(world, "logout-answered-by-post")
    soup = BeautifulSoup(page.text, "html.parser")
    form = soup.select_one("form")
    assert form is not None
    assert form["action"] == OURS
    fields = {str(one["name"]): str(one["value"]) for one in form.select("input")}
    assert fields["RelayState"] == "rs-1"
    root = etree.fromstring(base64.b64decode(fields["SAMLResponse"]))
    assert signed_part(root, world.state / "pki/eherkenning-signing.pem").get("ID") == root.get("ID")


@pytest.mark.parametrize(
    ("fault", "codes"),
    [
        ("logout-partial", ["Success", "PartialLogout"]),
        ("logout-denied", ["Responder", "RequestDenied"]),
    ],
)
def test_answer_may_say_that_not_all_was_ended(world: World, fault: str, codes: list[str]) -> None:
    """The statuses of SAML core 3.7.3.2."""
    _, root = redirected(log_out(world, fault))
    told = [
        str(one.get("Value")).rpartition(":")[2] for one in root.iter(f"{{{NAMESPACES['samlp']}}}StatusCode")
    ]
    assert told == codes


def test_request_in_the_place_of_an_answer(world: World) -> None:
    """A message that the scheme does not have."""
    query, root = redirected(log_out(world, "logout-request"))
    assert query.startswith("SAMLRequest=")
    assert etree.QName(root).localname == "LogoutRequest"


def test_fault_of_logging_out_waits_past_a_login(world: World) -> None:
    """Each takes along only what is its own."""
    world.browser.post("/api/faults", json={"fault": "logout-partial"})
    world.log_in()
    assert world.browser.get("/api/faults").get_json()["active"] == "logout-partial"
    world.browser.post("/api/faults", json={"fault": "cancelled"})
    request = world.dv.logout_request(world.clock(), world.addresses.logout)
    page = world.browser.get(f"/broker/slo?{world.dv.redirect_query(request)}")
    assert "U bent uitgelogd bij eHerkenning" in words(page)
    assert world.browser.get("/api/faults").get_json()["active"] == "cancelled"


def test_answer_needs_a_place_to_go(world: World) -> None:
    """A service provider whose metadata has none is told why on the page."""
    page = log_out(world, "logout-answered", places="")
    assert page.status_code == 400
    assert "no SingleLogoutService" in words(page)
