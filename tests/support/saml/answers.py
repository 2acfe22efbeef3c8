"""Makes what DigiD would send: one text with places for signatures, changed and signed as a test asks.

The text is written here by hand, so that it owes nothing to the code under test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.support.saml.keys import Pair, pair
from tests.support.saml.signers import Signer, by_signxml

IDP = "https://was.digid.sim.example/saml/idp/metadata"
SP = "https://gateway.example/saml/cz/digid/metadata"
ACS = "https://gateway.example/saml/cz/digid/acs"
NOW = datetime(2026, 3, 4, 9, 16, 30, tzinfo=UTC)
RESOLVE_ID = "_1111111111111111111111111111111111111111"
REQUEST_ID = "_2222222222222222222222222222222222222222"
ANSWER_ID = "_aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11"
RESPONSE_ID = "_bb22bb22bb22bb22bb22bb22bb22bb22bb22bb22"
ASSERTION_ID = "_cc33cc33cc33cc33cc33cc33cc33cc33cc33cc33"
BSN = "900029365"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"

OUTER_PLACE = "<signature-of-artifact-response/>"
INNER_PLACE = "<signature-of-assertion/>"

Change = Mapping[str, str] | Callable[[str], str]


@dataclass(frozen=True)
class Scene:
    """The login that an answer is made for."""

    now: datetime = NOW
    resolve_id: str = RESOLVE_ID
    request_id: str = REQUEST_ID
    idp: str = IDP
    sp: str = SP
    acs: str = ACS
    key: Pair = field(default_factory=lambda: pair("idp"))


def stamp(moment: datetime) -> str:
    """Seconds and a Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def assertion_text(scene: Scene, *, assertion_id: str = ASSERTION_ID) -> str:
    """An Assertion in DigiD's form, with the place for its signature."""
    now, end = stamp(scene.now), stamp(scene.now + timedelta(minutes=2))
    start = stamp(scene.now - timedelta(minutes=2))
    return f"""<saml:Assertion ID="{assertion_id}" Version="2.0" IssueInstant="{now}">
        <saml:Issuer>{scene.idp}</saml:Issuer>{INNER_PLACE}
        <saml:Subject>
          <saml:NameID>s00000000:{BSN}</saml:NameID>
          <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
            <saml:SubjectConfirmationData InResponseTo="{scene.request_id}" Recipient="{scene.acs}"
                NotOnOrAfter="{end}"/>
          </saml:SubjectConfirmation>
        </saml:Subject>
        <saml:Conditions NotBefore="{start}" NotOnOrAfter="{end}">
          <saml:AudienceRestriction><saml:Audience>{scene.sp}</saml:Audience></saml:AudienceRestriction>
        </saml:Conditions>
        <saml:AuthnStatement AuthnInstant="{now}" SessionIndex="5d0c17">
          <saml:SubjectLocality Address="192.0.2.17"/>
          <saml:AuthnContext>
            <saml:AuthnContextClassRef>{CLASSES}MobileTwoFactorContract</saml:AuthnContextClassRef>
          </saml:AuthnContext>
        </saml:AuthnStatement>
      </saml:Assertion>"""


def status_text(top: str = "Success", nested: str | None = None) -> str:
    """A Status element."""
    inside = f'<samlp:StatusCode Value="{STATUS}{nested}"/>' if nested else ""
    return f'<samlp:Status><samlp:StatusCode Value="{STATUS}{top}">{inside}</samlp:StatusCode></samlp:Status>'


def response_text(scene: Scene, *, status: str | None = None, assertion: str | None = None) -> str:
    """A Response; a successful one with an Assertion unless told otherwise."""
    inside = assertion_text(scene) if assertion is None else assertion
    return f"""<samlp:Response ID="{RESPONSE_ID}" Version="2.0"
        IssueInstant="{stamp(scene.now)}" InResponseTo="{scene.request_id}">
      <saml:Issuer>{scene.idp}</saml:Issuer>
      {status or status_text()}
      {inside}
    </samlp:Response>"""


def envelope_text(scene: Scene, *, status: str | None = None, response: str | None = None) -> str:
    """The whole message with places for both signatures."""
    inside = response_text(scene) if response is None else response
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>
  <samlp:ArtifactResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"
      xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"
      ID="{ANSWER_ID}" Version="2.0" IssueInstant="{stamp(scene.now)}" InResponseTo="{scene.resolve_id}">
    <saml:Issuer>{scene.idp}</saml:Issuer>{OUTER_PLACE}
    {status or status_text()}
    {inside}
  </samlp:ArtifactResponse>
</soapenv:Body></soapenv:Envelope>"""


def signed(
    text: str, scene: Scene, signer: Signer = by_signxml, *, inner: bool = True, outer: bool = True
) -> bytes:
    """Fill the places for signatures: the inner one first, since the outer covers it."""
    if inner and INNER_PLACE in text:
        text = signer(text, INNER_PLACE, ASSERTION_ID, scene.key)
    text = text.replace(INNER_PLACE, "")
    if outer and OUTER_PLACE in text:
        text = signer(text, OUTER_PLACE, ANSWER_ID, scene.key)
    return text.replace(OUTER_PLACE, "").encode()


def changed(text: str, change: Change) -> str:
    """Apply replacements (each must hit) or a function."""
    if not isinstance(change, Mapping):
        return change(text)
    for old, new in change.items():
        assert old in text, f"the change {old!r} finds nothing to change"
        text = text.replace(old, new)
    return text


def answer(
    change: Change | None = None,
    *,
    scene: Scene | None = None,
    signer: Signer = by_signxml,
    inner: bool = True,
    outer: bool = True,
) -> bytes:
    """A successful answer, changed before it is signed (so that the signatures are right)."""
    scene = scene or Scene()
    return signed(changed(envelope_text(scene), change or {}), scene, signer, inner=inner, outer=outer)


def failure(top: str, nested: str | None, *, scene: Scene | None = None) -> bytes:
    """An answer with an unsuccessful Response inside a successful ArtifactResponse."""
    scene = scene or Scene()
    response = response_text(scene, status=status_text(top, nested), assertion="")
    return signed(envelope_text(scene, response=response), scene)
