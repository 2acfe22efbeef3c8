"""Makes what a herkenningsmakelaar would send: by hand, with identifiers really encrypted and an Advice.

The Advice holds assertions of two other parties with signatures by keys that the broker lacks, and a
statement of a type that no SAML schema knows, as real messages do.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA1

from broker.domain.assurance import Assurance, EherkenningLevel, Scheme
from broker.providers.eherkenning.connection import AnswerBinding, EherkenningConnection, RequestBinding
from broker.providers.eherkenning.service import EntityType, Service
from broker.providers.saml.decrypt import DecryptionKey
from broker.providers.saml.metadata import IdentityProvider
from broker.providers.saml.rollover import Rollover
from tests.support.saml.answers import Change, changed, stamp, status_text
from tests.support.saml.keys import Pair, pair
from tests.support.saml.signers import Signer, by_name_alone, by_signxml

HM = "urn:etoegang:HM:00000003222222220000:entities:9000"
DV = "urn:etoegang:DV:00000003901234560000:entities:9001"
AD = "urn:etoegang:AD:00000003333333330000:entities:9000"
MR = "urn:etoegang:MR:00000003444444440000:entities:9000"
ACS = "https://gateway.example/saml/zz/eherkenning/acs"
SSO = "https://hm.sim.example/broker/sso"
SLO = "https://hm.sim.example/broker/slo"
LOGOUT = "https://gateway.example/saml/zz/eherkenning/logout"
NOW = datetime(2026, 3, 4, 9, 21, 30, tzinfo=UTC)
RESOLVE_ID = "_1111111111111111111111111111111111111111"
REQUEST_ID = "_2222222222222222222222222222222222222222"
ANSWER_ID = "_aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11"
RESPONSE_ID = "_bb22bb22bb22bb22bb22bb22bb22bb22bb22bb22"
ASSERTION_ID = "_cc33cc33cc33cc33cc33cc33cc33cc33cc33cc33"
KVK, RSIN = "90001354", "999990019"
PSEUDONYM = f"{'a1' * 32}@{'b2' * 16}"
EH2PLUS_UUID = "0d3f6c52-5f0e-4a41-9a6b-2c1f7e0a1b2c"
EH3_UUID = "7c1f5b90-32a5-4c6d-8e7f-90a1b2c3d4e5"
SERVICES = "urn:etoegang:DV:00000003901234560000:services"
KVK_QUALIFIER = "urn:etoegang:1.9:EntityConcernedID:KvKnr"
RSIN_QUALIFIER = "urn:etoegang:1.9:EntityConcernedID:RSIN"
PSEUDO_QUALIFIER = "urn:etoegang:1.13:EntityConcernedID:Pseudo"
KEY_NAME = "dv-enc-key-name"
LOA = "urn:etoegang:core:assurance-class:"

OUTER_PLACE = "<signature-of-artifact-response/>"
MIDDLE_PLACE = "<signature-of-response/>"
INNER_PLACE = "<signature-of-assertion/>"

EH2PLUS = Assurance(Scheme.EHERKENNING, EherkenningLevel.EH2PLUS)
EH3 = Assurance(Scheme.EHERKENNING, EherkenningLevel.EH3)
NAMESPACES = """xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"
      xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"
      xmlns:xenc="http://www.w3.org/2001/04/xmlenc#\""""


@dataclass(frozen=True)
class Scene:
    """The login that an answer is made for."""

    now: datetime = NOW
    resolve_id: str = RESOLVE_ID
    request_id: str = REQUEST_ID
    hm: str = HM
    dv: str = DV
    acs: str = ACS
    service_uuid: str = EH2PLUS_UUID
    level: str = "loa2plus"
    key: Pair = field(default_factory=lambda: pair("hm"))


@dataclass(frozen=True)
class Sealing:
    """How one identifier is encrypted; a test bends a single thing of it."""

    recipient: str = DV
    key_name: str = KEY_NAME
    data_algorithm: str = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
    key_algorithm: str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
    digest: str = "http://www.w3.org/2000/09/xmldsig#sha1"
    to: str = "dv-encryption"
    padding: int | None = None
    session_key_bytes: int = 32
    bend_key: Callable[[bytes], bytes] = bytes
    bend_data: Callable[[bytes], bytes] = bytes
    reference: str | None = None
    other_recipients: tuple[str, ...] = ()
    repeated: bool = False
    also_to: tuple[str, str] | None = None
    """Another key of ours, by its pair and its KeyName, as while keys roll over."""


def name_id_text(text: str, qualifier: str) -> str:
    """What is encrypted: one NameID with its own namespace."""
    return (
        '<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" '
        f'Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" NameQualifier="{qualifier}">'
        f"{text}</saml:NameID>"
    )


def encrypted_id(plain: str, number: int, sealing: Sealing | None = None) -> str:
    """An EncryptedID in the scheme's layout: the data, and the keys beside it."""
    sealing = sealing or Sealing()
    session_key = os.urandom(sealing.session_key_bytes)
    data = sealing.bend_data(_aes(session_key.ljust(32, b"\0")[:32], plain.encode(), sealing.padding))
    own = _wrapped(session_key, number, 0, sealing.recipient, sealing)
    others = [
        _wrapped(os.urandom(32), number, place, other, sealing)
        for place, other in enumerate(sealing.other_recipients, start=2)
    ]
    if sealing.also_to is not None:
        to, key_name = sealing.also_to
        others.append(_wrapped(session_key, number, 9, DV, replace(sealing, to=to, key_name=key_name)))
    keys = "".join([*others, own, *([_wrapped(session_key, number, 1, DV, sealing)] * sealing.repeated)])
    return f"""<saml:EncryptedID>
      <xenc:EncryptedData Id="_ed{number}" Type="http://www.w3.org/2001/04/xmlenc#Element">
        <xenc:EncryptionMethod Algorithm="{sealing.data_algorithm}"/>
        <ds:KeyInfo><ds:RetrievalMethod Type="http://www.w3.org/2001/04/xmlenc#EncryptedKey"
          URI="#_ek{number}-0"/></ds:KeyInfo>
        <xenc:CipherData><xenc:CipherValue>{_base64(data)}</xenc:CipherValue></xenc:CipherData>
      </xenc:EncryptedData>{keys}
    </saml:EncryptedID>"""


def _wrapped(session_key: bytes, number: int, place: int, recipient: str, sealing: Sealing) -> str:
    to = sealing.to if recipient in {DV, sealing.recipient} else "another-recipient"
    key = pair(to).key.public_key().encrypt(session_key, OAEP(MGF1(SHA1()), SHA1(), None))
    reference = sealing.reference or f"_ed{number}"
    return f"""<xenc:EncryptedKey Id="_ek{number}-{place}" Recipient="{recipient}">
        <xenc:EncryptionMethod Algorithm="{sealing.key_algorithm}"><ds:DigestMethod
          Algorithm="{sealing.digest}"/></xenc:EncryptionMethod>
        <ds:KeyInfo><ds:KeyName>{sealing.key_name}</ds:KeyName></ds:KeyInfo>
        <xenc:CipherData><xenc:CipherValue>{_base64(sealing.bend_key(key))}</xenc:CipherValue></xenc:CipherData>
        <xenc:ReferenceList><xenc:DataReference URI="#{reference}"/></xenc:ReferenceList>
      </xenc:EncryptedKey>"""


def _aes(key: bytes, plain: bytes, padding: int | None) -> bytes:
    length = 16 - len(plain) % 16
    padded = plain + os.urandom(length - 1) + bytes([length if padding is None else padding])
    vector = os.urandom(16)
    encryptor = Cipher(AES(key), CBC(vector)).encryptor()
    return vector + encryptor.update(padded) + encryptor.finalize()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def attribute(name: str, *values: str) -> str:
    """An Attribute with these values, each as it stands in the message."""
    inside = "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values)
    return f'<saml:Attribute Name="{name}">{inside}</saml:Attribute>'


def acting(
    pseudonym: str = PSEUDONYM, qualifier: str = PSEUDO_QUALIFIER, sealing: Sealing | None = None
) -> str:
    """The acting person."""
    sealed = encrypted_id(name_id_text(pseudonym, qualifier), 1, sealing)
    return attribute("urn:etoegang:core:ActingSubjectID", sealed)


def legal(
    *numbers: tuple[str, str], sealing: Sealing | None = None, name: str = "urn:etoegang:core:LegalSubjectID"
) -> str:
    """The represented organisation by (number, qualifier); its KvK number unless told otherwise."""
    found = numbers or ((KVK, KVK_QUALIFIER),)
    return attribute(
        name,
        *(
            encrypted_id(name_id_text(number, kind), place, sealing)
            for place, (number, kind) in enumerate(found, start=2)
        ),
    )


def service(uuid: str = EH2PLUS_UUID) -> str:
    """Which service the answer is for."""
    return attribute("urn:etoegang:core:ServiceUUID", uuid)


def attributes_text(*parts: str) -> str:
    """An AttributeStatement of these attributes."""
    return f"<saml:AttributeStatement>{''.join(parts)}</saml:AttributeStatement>"


@cache
def advice_text(now: datetime = NOW) -> str:
    """An Advice with two assertions of others, each signed by a key that nobody here knows."""
    authenticated = _foreign(now, AD, "_ad1", _AD_STATEMENT.format(now=stamp(now)))
    authorised = _foreign(now, MR, "_mr1", _XACML)
    return f"<saml:Advice>{authenticated}{authorised}</saml:Advice>"


_AD_STATEMENT = """<saml:AuthnStatement AuthnInstant="{now}"><saml:AuthnContext>
  <saml:AuthnContextClassRef>urn:etoegang:core:assurance-class:loa4</saml:AuthnContextClassRef>
  </saml:AuthnContext></saml:AuthnStatement>"""
_XACML = """<saml:Statement xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:xacml-saml="urn:oasis:names:tc:xacml:2.0:profile:saml2.0:v2:schema:assertion"
  xsi:type="xacml-saml:XACMLAuthzDecisionStatementType">
  <xacml-context:Response xmlns:xacml-context="urn:oasis:names:tc:xacml:2.0:context:schema:os">
  <xacml-context:Result><xacml-context:Decision>Permit</xacml-context:Decision></xacml-context:Result>
  </xacml-context:Response></saml:Statement>"""


def _foreign(now: datetime, issuer: str, foreign_id: str, statement: str) -> str:
    place = "<foreign-signature/>"
    text = f"""<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{foreign_id}"
      Version="2.0" IssueInstant="{stamp(now)}"><saml:Issuer>{issuer}</saml:Issuer>{place}
      <saml:Subject><saml:NameID>somebody</saml:NameID></saml:Subject>{statement}</saml:Assertion>"""
    signed = by_signxml(text, place, foreign_id, pair(issuer))
    return signed.partition("?>")[2].strip()


def assertion_text(
    scene: Scene,
    *,
    attributes: str | None = None,
    advice: str | None = None,
    assertion_id: str = ASSERTION_ID,
) -> str:
    """An Assertion of the herkenningsmakelaar, with the place for its signature."""
    now, end = stamp(scene.now), stamp(scene.now + timedelta(minutes=2))
    said = attributes or attributes_text(service(scene.service_uuid), acting(), legal())
    return f"""<saml:Assertion ID="{assertion_id}" Version="2.0" IssueInstant="{now}">
        <saml:Issuer>{scene.hm}</saml:Issuer>{INNER_PLACE}
        <saml:Subject>
          <saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient" NameQualifier="{AD}"
              >1f0c4c1e-7a3a-4a53-9f0e-0d6f3c1f2b11</saml:NameID>
          <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
            <saml:SubjectConfirmationData InResponseTo="{scene.request_id}" Recipient="{scene.acs}"
                NotOnOrAfter="{end}"/>
          </saml:SubjectConfirmation>
        </saml:Subject>
        <saml:Conditions NotBefore="{stamp(scene.now - timedelta(seconds=5))}" NotOnOrAfter="{end}">
          <saml:AudienceRestriction><saml:Audience>{scene.dv}</saml:Audience></saml:AudienceRestriction>
        </saml:Conditions>
        {advice_text(scene.now) if advice is None else advice}
        <saml:AuthnStatement AuthnInstant="{now}" SessionIndex="9b1d17">
          <saml:AuthnContext>
            <saml:AuthnContextClassRef>{LOA}{scene.level}</saml:AuthnContextClassRef>
            <saml:AuthenticatingAuthority>{AD}</saml:AuthenticatingAuthority>
          </saml:AuthnContext>
        </saml:AuthnStatement>
        {said}
      </saml:Assertion>"""


def response_text(
    scene: Scene, *, status: str | None = None, assertion: str | None = None, namespaces: str = ""
) -> str:
    """A Response; a successful one with an Assertion unless told otherwise."""
    inside = assertion_text(scene) if assertion is None else assertion
    return f"""<samlp:Response {namespaces} ID="{RESPONSE_ID}" Version="2.0" Destination="{scene.acs}"
        IssueInstant="{stamp(scene.now)}" InResponseTo="{scene.request_id}">
      <saml:Issuer>{scene.hm}</saml:Issuer>{MIDDLE_PLACE}
      {status or status_text()}
      {inside}
    </samlp:Response>"""


def envelope_text(scene: Scene, *, status: str | None = None, response: str | None = None) -> str:
    """The whole message behind an artifact, with places for the signatures."""
    inside = response_text(scene) if response is None else response
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>
  <samlp:ArtifactResponse {NAMESPACES}
      ID="{ANSWER_ID}" Version="2.0" IssueInstant="{stamp(scene.now)}" InResponseTo="{scene.resolve_id}">
    <saml:Issuer>{scene.hm}</saml:Issuer>{OUTER_PLACE}
    {status or status_text()}
    {inside}
  </samlp:ArtifactResponse>
</soapenv:Body></soapenv:Envelope>"""


_PLACES = ((INNER_PLACE, ASSERTION_ID), (MIDDLE_PLACE, RESPONSE_ID), (OUTER_PLACE, ANSWER_ID))
BY_ARTIFACT_SIGNED = (INNER_PLACE, OUTER_PLACE)
BY_POST_SIGNED = (INNER_PLACE, MIDDLE_PLACE)


def signed(
    text: str, scene: Scene, places: Sequence[str] = BY_ARTIFACT_SIGNED, signer: Signer = by_name_alone
) -> bytes:
    """Fill the places for signatures from the inside out; those that are not named stay empty."""
    for place, element_id in _PLACES:
        if place in places and place in text:
            text = signer(text, place, element_id, scene.key)
        text = text.replace(place, "")
    return text.encode()


def answer(
    change: Change | None = None,
    *,
    scene: Scene | None = None,
    attributes: str | None = None,
    advice: str | None = None,
    places: Sequence[str] = BY_ARTIFACT_SIGNED,
) -> bytes:
    """A successful answer behind an artifact, changed before it is signed."""
    scene = scene or Scene()
    assertion = assertion_text(scene, attributes=attributes, advice=advice)
    text = envelope_text(scene, response=response_text(scene, assertion=assertion))
    return signed(changed(text, change or {}), scene, places)


def posted(
    change: Change | None = None,
    *,
    scene: Scene | None = None,
    attributes: str | None = None,
    advice: str | None = None,
    places: Sequence[str] = BY_POST_SIGNED,
) -> bytes:
    """The same by POST: a Response by itself."""
    scene = scene or Scene()
    assertion = assertion_text(scene, attributes=attributes, advice=advice)
    text = response_text(scene, assertion=assertion, namespaces=NAMESPACES)
    return signed(changed(text, change or {}), scene, places)


def failure(top: str, nested: str | None, *, scene: Scene | None = None) -> bytes:
    """An answer behind an artifact with an unsuccessful Response."""
    scene = scene or Scene()
    response = response_text(scene, status=status_text(top, nested), assertion="")
    return signed(envelope_text(scene, response=response), scene)


def posted_failure(
    top: str, nested: str | None, *, scene: Scene | None = None, places: Sequence[str] = BY_POST_SIGNED
) -> bytes:
    """The same by POST."""
    scene = scene or Scene()
    text = response_text(scene, status=status_text(top, nested), assertion="", namespaces=NAMESPACES)
    return signed(text, scene, places)


def identity_provider(*, key: str = "hm") -> IdentityProvider:
    """The herkenningsmakelaar that is asked."""
    return IdentityProvider(
        entity_id=HM,
        redirect_url=SSO,
        post_url=SSO,
        resolution_urls={0: "https://hm.sim.example/broker/artifact"},
        certificates=(pair(key).certificate,),
        logout_redirect_url=SLO,
        logout_post_url=SLO,
    )


def our_service(level: EherkenningLevel, index: int, uuid: str, *types: EntityType) -> Service:
    """A service whose organisations are named by these numbers (KvK unless told otherwise)."""
    return Service(
        index=index,
        uuid=uuid,
        service_id=f"{SERVICES}:{9000 + index}",
        level=level,
        name_nl="Zakelijk",
        name_en="Business",
        entity_types=(frozenset(types or (EntityType.KVK,)),),
    )


def connection(
    *,
    request_binding: RequestBinding = RequestBinding.POST,
    answer_binding: AnswerBinding = AnswerBinding.ARTIFACT,
    brand: str = "zz",
    types: tuple[EntityType, ...] = (EntityType.KVK,),
) -> EherkenningConnection:
    """Brand zz at the sample herkenningsmakelaar, with a service for each of two levels."""
    return EherkenningConnection(
        brand=brand,
        entity_id=DV,
        acs_url=ACS,
        metadata=identity_provider,
        signing=Rollover(pair("dv").signing_key),
        decryption_keys=(DecryptionKey(pair("dv-encryption").key, KEY_NAME),),
        services=(
            our_service(EherkenningLevel.EH2PLUS, 1, EH2PLUS_UUID, *types),
            our_service(EherkenningLevel.EH3, 2, EH3_UUID, *types),
        ),
        provider_name="MijnZZ Zakelijk",
        request_binding=request_binding,
        answer_binding=answer_binding,
    )
