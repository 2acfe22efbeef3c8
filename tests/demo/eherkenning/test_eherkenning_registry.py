"""How strictly the eHerkenning simulator reads metadata and catalogue, and what it does with several keys."""

from __future__ import annotations

import pytest

from demo.pki import load_pair
from tests.demo.eherkenning.conftest import World, artifact_in, words
from tests.demo.eherkenning.dienstverlener import (
    COMPANY_NAME,
    KEY_NAME_ONLY,
    OIN,
    attribute,
    key_descriptor,
    only,
    xpath,
)
from tests.demo.eherkenning.opinions import decrypted

LEGAL = "urn:etoegang:core:LegalSubjectID"


def refused(world: World, *, metadata: bytes | None = None, catalogue: bytes | None = None) -> str:
    """What the overview says after these documents replaced the good ones."""
    if metadata is not None:
        (world.state / "eherkenning/sp/zz.xml").write_bytes(metadata)
    if catalogue is not None:
        (world.state / "eherkenning/catalogue/zz.xml").write_bytes(catalogue)
    assert world.start().status_code == 400
    overview = words(world.browser.get("/"))
    assert "zz.xml" in overview
    return overview


def test_overview_names_what_is_connected(world: World) -> None:
    """The service provider, its services and their levels."""
    overview = words(world.browser.get("/"))
    assert "Voorbeeld Zorg" in overview
    assert "1: Zakelijk loa2plus, eH2+" in overview
    assert "2: Zakelijk loa3, eH3" in overview
    assert "Geweigerde" not in overview


def test_metadata_with_an_element_that_is_not_in_the_table_is_refused(world: World) -> None:
    """NameIDFormat is the one that libraries add."""
    extra = "<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:transient</md:NameIDFormat>"
    assert "NameIDFormat must not be in the metadata" in refused(world, metadata=world.dv.metadata(extra))


def test_metadata_signature_carries_the_certificate_and_no_name(world: World) -> None:
    """The other way round than in messages."""
    told = refused(world, metadata=world.dv.metadata(key_info=KEY_NAME_ONLY))
    assert "must hold one X509Certificate and nothing else" in told


def test_metadata_that_was_changed_after_signing_is_refused(world: World) -> None:
    """The signature covers all of it."""
    changed = world.dv.metadata().replace(b"mijn.example", b"elders.example")
    assert "the signature does not verify" in refused(world, metadata=changed)


def test_metadata_of_another_organisation_than_the_catalogue_is_refused(world: World) -> None:
    """The OIN in the entityID is the one of the catalogue."""
    other = f"urn:etoegang:DV:{OIN[:-1]}1:entities:9001"
    told = refused(world, metadata=world.dv.metadata(entity_id=other))
    assert "the entityID does not belong to the OIN of the catalogue" in told


def test_catalogue_must_be_there_signed_and_complete(world: World) -> None:
    """Changed, unsigned, or about other services."""
    good = world.dv.catalogue()
    changed = good.replace(b"loa2plus</saml", b"loa2</saml")
    assert "the signature does not verify" in refused(world, catalogue=changed)
    assert "not a ServiceCatalogue" in refused(world, catalogue=world.dv.metadata())
    other = world.dv.catalogue().replace(b"services:2<", b"services:3<")
    assert "does not verify" in refused(world, catalogue=other)
    (world.state / "eherkenning/catalogue/zz.xml").unlink()
    assert "there is no service catalogue" in refused(world)


def test_connection_is_read_again_when_a_file_changes(world: World) -> None:
    """Withdrawn it is unknown, put back it is known."""
    metadata = world.state / "eherkenning/sp/zz.xml"
    written = metadata.read_bytes()
    metadata.unlink()
    assert world.start().status_code == 400
    metadata.write_bytes(written)
    assert world.start().status_code == 303


def test_catalogue_keys_come_before_those_of_the_metadata(world: World) -> None:
    """During a rollover both keys can open what was encrypted; RetrievalMethod points at the first."""
    pairs = ("zz-eherkenning-encryption", "zz-eherkenning-next")
    keys = "".join(key_descriptor("encryption", name, load_pair(world.pki, name)) for name in pairs)
    certificates = f"<esc:ServiceCertificate>{keys}</esc:ServiceCertificate>"
    file = world.state / "eherkenning/catalogue/zz.xml"
    file.write_bytes(world.dv.catalogue(certificates=certificates))
    (legal,) = attribute(world.assertion(), LEGAL)
    names = [key.text for key in xpath(legal, ".//xenc:EncryptedKey/ds:KeyInfo/ds:KeyName")]
    assert names == list(pairs)
    for name in pairs:
        found = only(legal, "saml:EncryptedID")
        for key in xpath(found, "xenc:EncryptedKey"):
            if only(key, "ds:KeyInfo/ds:KeyName").text != name:
                found.remove(key)
        for pointer in xpath(found, ".//ds:RetrievalMethod"):
            pointer.set("URI", f"#{only(found, 'xenc:EncryptedKey').get('Id')}")
        assert decrypted(found, world.pki / f"{name}.key", world.dv.folder).text == "90000011"
        (legal,) = attribute(world.assertion(), LEGAL)


@pytest.mark.parametrize("asked", [False, True])
def test_company_name_is_told_when_the_catalogue_asks(world: World, asked: bool) -> None:
    """Extra attributes follow from the catalogue, not from the request."""
    requested = f'<esc:RequestedAttribute Name="{COMPANY_NAME}"/>' if asked else ""
    file = world.state / "eherkenning/catalogue/zz.xml"
    file.write_bytes(world.dv.catalogue(requested=requested))
    values = [value.text for value in attribute(world.assertion(), COMPANY_NAME)]
    assert values == (["Eén B.V."] if asked else [])


def test_set_of_two_identifiers_gives_two_values(world: World) -> None:
    """KvK number and RSIN of who has both; whoever has no RSIN comes with the KvK number."""
    document = world.dv.catalogue(
        requested='<esc:EntityConcernedTypesAllowed esc:setNumber="1">'
        "urn:etoegang:1.9:EntityConcernedID:RSIN</esc:EntityConcernedTypesAllowed>"
    )
    (world.state / "eherkenning/catalogue/zz.xml").write_bytes(document)
    assert len(attribute(world.assertion(), LEGAL)) == 2
    path = world.at_supplier()
    world.press(path, "wachtwoord", username="meer", password="Appeltaart-2")
    message = world.resolve(artifact_in(world.press(path, "bedrijf", bedrijf="3")))
    assert len(attribute(only(message, "samlp:Response/saml:Assertion"), LEGAL)) == 1
