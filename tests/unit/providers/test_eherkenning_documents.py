"""What we tell a herkenningsmakelaar and the catalogue: signed, complete, and nothing that is forbidden."""

from __future__ import annotations

import pytest
from lxml import etree

from broker.domain.assurance import EherkenningLevel
from broker.providers.eherkenning.levels import class_ref_of, level_of
from broker.providers.eherkenning.service import BRANCH_RESTRICTION
from broker.providers.saml.dv_metadata import (
    XML_LANG,
    DienstverlenerDescription,
    ToldService,
    signed_dv_metadata,
)
from broker.providers.saml.keys import long_key_name_of
from broker.providers.saml.service_catalogue import (
    CATALOGUE,
    CatalogueEntry,
    CatalogueService,
    RequestedAttribute,
    signed_service_catalogue,
)
from tests.support.saml.eherkenning import (
    ACS,
    DV,
    EH2PLUS_UUID,
    EH3_UUID,
    KVK_QUALIFIER,
    NOW,
    RSIN_QUALIFIER,
    SERVICES,
)
from tests.support.saml.keys import pair
from tests.support.saml.signers import DS, METADATA, SAML, xmlsec1_accepts

MD = f"{{{METADATA}}}"
ESC = f"{{{CATALOGUE}}}"
OIN = "00000003901234560000"
ALLOWED = {
    "EntityDescriptor",
    "SPSSODescriptor",
    "KeyDescriptor",
    "AssertionConsumerService",
    "AttributeConsumingService",
    "ServiceName",
    "RequestedAttribute",
}


def metadata() -> bytes:
    """Our metadata, in the middle of a rollover of both keys."""
    described = DienstverlenerDescription(
        entity_id=DV,
        acs_url=ACS,
        signing=(pair("dv").certificate, pair("dv-next").certificate),
        encryption=(pair("dv-encryption").certificate, pair("dv-encryption-next").certificate),
        services=(
            ToldService(1, f"{SERVICES}:9001", "Zakelijk", "Business"),
            ToldService(2, f"{SERVICES}:9002", "Zakelijk hoog", "Business high"),
        ),
    )
    return signed_dv_metadata(described, pair("dv").signing_key)


def test_metadata_is_signed_with_the_certificate_alone() -> None:
    """Metadata signature: X509Certificate only (Afsprakenstelsel, digital signature)."""
    document = metadata()
    root = etree.fromstring(document)
    signature = root[0]
    assert signature.tag == f"{{{DS}}}Signature"
    key_info = signature.find(f"{{{DS}}}KeyInfo")
    assert key_info is not None
    assert [element.tag for element in key_info.iter()][1:] == [
        f"{{{DS}}}X509Data",
        f"{{{DS}}}X509Certificate",
    ]
    assert xmlsec1_accepts(document, pair("dv"), root.get("ID", ""))


def test_metadata_has_nothing_that_the_scheme_forbids() -> None:
    """Only the elements of its table: no NameIDFormat, no extensions, no cacheDuration, no organisation."""
    root = etree.fromstring(metadata())
    of_metadata = {element.tag for element in root.iter() if str(element.tag).startswith(MD)}
    assert of_metadata == {f"{MD}{local}" for local in ALLOWED}
    assert set(root.attrib) == {"ID", "entityID"}
    foreign = {str(element.tag).partition("}")[0] for element in root.iter()}
    assert foreign == {f"{{{METADATA}", f"{{{DS}"}


def test_metadata_names_keys_endpoints_and_services() -> None:
    """Both keys of each use under their names, both bindings, each service by its ServiceID."""
    root = etree.fromstring(metadata())
    role = root[1]
    assert (role.get("AuthnRequestsSigned"), role.get("WantAssertionsSigned")) == ("true", "true")
    named = [
        (found.get("use"), found.findtext(f".//{{{DS}}}KeyName"))
        for found in role.findall(f"{MD}KeyDescriptor")
    ]
    assert named == [
        ("signing", long_key_name_of(pair("dv").certificate)),
        ("signing", long_key_name_of(pair("dv-next").certificate)),
        ("encryption", long_key_name_of(pair("dv-encryption").certificate)),
        ("encryption", long_key_name_of(pair("dv-encryption-next").certificate)),
    ]
    endpoints = role.findall(f"{MD}AssertionConsumerService")
    assert [(found.get("index"), (found.get("Binding") or "").rpartition(":")[2]) for found in endpoints] == [
        ("0", "HTTP-Artifact"),
        ("1", "HTTP-POST"),
    ]
    assert {found.get("Location") for found in endpoints} == {ACS}
    services = role.findall(f"{MD}AttributeConsumingService")
    assert [(found.get("index"), found.get("isDefault")) for found in services] == [
        ("1", "true"),
        ("2", None),
    ]
    asked = [found.get("Name") for found in role.iter(f"{MD}RequestedAttribute")]
    assert asked == [f"{SERVICES}:9001", f"{SERVICES}:9002"]


def catalogue(*, is_test: bool = True) -> bytes:
    """Two services of one provider."""
    texts = (("nl", "Zakelijk"), ("en", "Business"))
    entry = CatalogueEntry(
        oin=OIN,
        organisation="Zorg en Zekerheid",
        broker_oin="00000003222222220000",
        is_test=is_test,
        encryption=(pair("dv-encryption").certificate,),
        services=(
            CatalogueService(
                EH2PLUS_UUID,
                f"{SERVICES}:9001",
                class_ref_of(EherkenningLevel.EH2PLUS),
                texts,
                texts,
                ((KVK_QUALIFIER,), (KVK_QUALIFIER, RSIN_QUALIFIER)),
                (BRANCH_RESTRICTION,),
            ),
            CatalogueService(
                EH3_UUID,
                f"{SERVICES}:9002",
                class_ref_of(EherkenningLevel.EH3),
                texts,
                texts,
                ((KVK_QUALIFIER,),),
                (),
                (RequestedAttribute("urn:x:CompanyName", (("nl", "Waarom"), ("en", "Why"))),),
            ),
        ),
    )
    return signed_service_catalogue(entry, pair("dv").signing_key, now=NOW)


def test_catalogue_says_what_each_service_is() -> None:
    """Level, who may be represented in which sets, restrictions, and the key for identifiers."""
    root = etree.fromstring(catalogue())
    assert root.tag == f"{ESC}ServiceCatalogue"
    assert root.get("Version") == "urn:etoegang:1.13:service-catalogue:T:1"
    first, second = root.iter(f"{ESC}ServiceDefinition")
    assert first.findtext(f"{ESC}ServiceUUID") == EH2PLUS_UUID
    assert first.findtext(f"{{{SAML}}}AuthnContextClassRef") == "urn:etoegang:core:assurance-class:loa2plus"
    allowed = [
        (found.get(f"{ESC}setNumber"), found.text)
        for found in first.iter(f"{ESC}EntityConcernedTypesAllowed")
    ]
    assert allowed == [("1", KVK_QUALIFIER), ("2", KVK_QUALIFIER), ("2", RSIN_QUALIFIER)]
    assert [found.text for found in first.iter(f"{ESC}ServiceRestrictionsAllowed")] == [BRANCH_RESTRICTION]
    assert second.findtext(f"{{{SAML}}}AuthnContextClassRef") == "urn:etoegang:core:assurance-class:loa3"
    assert list(second.iter(f"{ESC}ServiceRestrictionsAllowed")) == []
    assert list(first.iter(f"{ESC}RequestedAttribute")) == []
    (asked,) = second.iter(f"{ESC}RequestedAttribute")
    assert dict(asked.attrib) == {"Name": "urn:x:CompanyName", "isRequired": "false"}
    assert [(found.get(XML_LANG), found.text) for found in asked] == [("nl", "Waarom"), ("en", "Why")]
    instances = list(root.iter(f"{ESC}ServiceInstance"))
    assert [found.findtext(f"{ESC}ServiceID") for found in instances] == [
        f"{SERVICES}:9001",
        f"{SERVICES}:9002",
    ]
    for found in instances:
        assert found.findtext(f"{ESC}SSOSupport") == "false"
        name = found.findtext(f".//{{{DS}}}KeyName")
        assert name == long_key_name_of(pair("dv-encryption").certificate)


def test_catalogue_tells_test_from_production() -> None:
    """The network stands in its version."""
    root = etree.fromstring(catalogue(is_test=False))
    assert root.get("Version") == "urn:etoegang:1.13:service-catalogue:P:1"


@pytest.mark.parametrize("level", EherkenningLevel)
def test_level_is_read_back_from_its_name(level: EherkenningLevel) -> None:
    """One name a level; no trimming, no guessing."""
    assert level_of(class_ref_of(level)) is level
    assert level_of(f" {class_ref_of(level)}") is None
    assert level_of("urn:etoegang:core:assurance-class:loa5") is None
