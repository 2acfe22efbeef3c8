"""What others make of the simulator's messages: xmlsec1 and signxml verify, xmlsec1 decrypts."""

from __future__ import annotations

from pathlib import Path

from lxml import etree
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from tests.demo.eherkenning.dienstverlener import NAMESPACES, only, xpath
from tests.demo.eherkenning.xmlsec import run_xmlsec1


def signed_part(element: etree._Element, certificate: Path) -> etree._Element:
    """What signxml says the key of this certificate signed directly in `element`."""
    result = XMLVerifier().verify(
        etree.fromstring(etree.tostring(element)),
        x509_cert=certificate.read_text(encoding="ascii"),
        id_attribute="ID",
        expect_config=SignatureConfiguration(location="./"),
    )
    assert isinstance(result, VerifyResult)
    assert result.signed_xml is not None
    return result.signed_xml


def is_signed_by(element: etree._Element, certificate: Path) -> bool:
    """Whether signxml and xmlsec1 both say so; they must not differ."""
    try:
        signxml_says = signed_part(element, certificate).get("ID") == element.get("ID")
    except SignXMLException:
        signxml_says = False
    xmlsec_says = _xmlsec1_verifies(element, certificate)
    assert signxml_says == xmlsec_says, "the two opinions differ"
    return signxml_says


def decrypted(encrypted_id: etree._Element, private_key: Path, folder: Path) -> etree._Element:
    """The NameID that xmlsec1 finds in an EncryptedID with this key."""
    file = folder / "encrypted.xml"
    file.write_bytes(etree.tostring(encrypted_id))
    key = only(encrypted_id, "xenc:EncryptedKey/ds:KeyInfo/ds:KeyName").text
    run = run_xmlsec1(
        "--decrypt",
        "--id-attr:Id",
        f"{NAMESPACES['xenc']}:EncryptedKey",
        f"--privkey-pem:{key}",
        str(private_key),
        str(file),
    )
    return only(etree.fromstring(run.stdout), "saml:NameID")


def _xmlsec1_verifies(element: etree._Element, certificate: Path) -> bool:
    """Verifies the first signature, which is the element's own when it has one."""
    if not xpath(element, "ds:Signature"):
        return False
    file = certificate.with_name(f".{certificate.name}.verify.xml")
    file.write_bytes(etree.tostring(element))
    name = etree.QName(element)
    key = only(element, "ds:Signature/ds:KeyInfo/ds:KeyName").text
    done = run_xmlsec1(
        "--verify",
        "--id-attr:ID",
        f"{name.namespace}:{name.localname}",
        f"--pubkey-cert-pem:{key}",
        str(certificate),
        str(file),
        check=False,
    )
    return done.returncode == 0
