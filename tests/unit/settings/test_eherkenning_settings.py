"""The rules of eHerkenning in a configuration: each fault is told with its file and key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from broker.domain.assurance import Assurance, EherkenningLevel, Scheme
from broker.errors import ConfigurationError
from broker.settings import load_settings

SAMPLE = Path(__file__).parents[3] / "config"
OIN = "00000003901234560000"
BRAND = f"""
[eherkenning]
provider = "eherkenning"
entity_id = "urn:etoegang:DV:{OIN}:entities:9001"
signing_key_file = "dv.key"
signing_certificate_file = "dv.pem"
encryption_key_file = "dv-encryption.key"
encryption_certificate_file = "dv-encryption.pem"

[[eherkenning.services]]
index = 1
level = "eh2plus"
uuid = "0d3f6c52-5f0e-4a41-9a6b-2c1f7e0a1b2c"
service_id = "urn:etoegang:DV:{OIN}:services:9001"
name_nl = "Zakelijk"
name_en = "Business"
description_nl = "Zakelijk inloggen"
description_en = "Business login"

[[eherkenning.services]]
index = 2
level = "eh3"
uuid = "7c1f5b90-32a5-4c6d-8e7f-90a1b2c3d4e5"
service_id = "urn:etoegang:DV:{OIN}:services:9002"
name_nl = "Zakelijk hoog"
name_en = "Business high"
description_nl = "Zakelijk inloggen"
description_en = "Business login"
"""
PROVIDER = """
scheme = "eherkenning"
metadata_file = "hm.xml"
tls_ca_file = "ca.pem"
tls_client_certificate_file = "client.pem"
tls_client_key_file = "client.key"
"""
OTHER_SERVICE = "urn:etoegang:DV:00000003000000000000:services:9002"
NOT_DECLARED = (
    "who comes by eHerkenning acts for an organisation; say true when the portal understands `represents`"
)
BRAND_FILE, PORTAL_FILE = "brands/zz.toml", "portals/mijnzz-zakelijk.toml"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The sample with eHerkenning at brand zz, whatever the sample itself has."""
    folder = Path(shutil.copytree(SAMPLE, tmp_path / "config"))
    (folder / "providers/eherkenning.toml").write_text(PROVIDER, encoding="utf-8")
    brand = folder / BRAND_FILE
    plain = brand.read_text(encoding="utf-8").partition("[eherkenning]")[0]
    brand.write_text(plain + BRAND, encoding="utf-8")
    portal = folder / PORTAL_FILE
    words = portal.read_text(encoding="utf-8")
    before, _, rest = words.partition("[login]")
    _, _, after = rest.partition("[session]")
    login = (
        'providers = ["eherkenning", "password"]\naccount_type = "business"\nrepresentation = true\n'
        'minimum_level = { eherkenning = "eh2plus", password = "sms" }\nsecond_factors = ["totp", "sms"]\n'
    )
    claims = '[claims]\nallow = ["name", "represents", "sub_id_type"]\n'
    portal.write_text(f"{before}[login]\n{login}\n{claims}\n[session]{after}", encoding="utf-8")
    return folder


def change(config: Path, file: str, old: str, new: str) -> None:
    """Other words in one file."""
    words = (config / file).read_text(encoding="utf-8")
    assert old in words
    (config / file).write_text(words.replace(old, new), encoding="utf-8")


def faults(config: Path) -> tuple[str, ...]:
    """What is wrong with it."""
    with pytest.raises(ConfigurationError) as refused:
        load_settings(config, {})
    return refused.value.faults


@pytest.mark.parametrize("language", ["nl", "en"])
def test_purpose_in_one_language_is_a_fault(config: Path, language: str) -> None:
    """People read at the supplier why the name is asked, in the language that they chose there."""
    line = 'level = "eh3"\n'
    change(config, BRAND_FILE, line, f'{line}company_name_purpose_{language} = "Waarom"\n')
    (fault,) = faults(config)
    assert fault.endswith("company_name_purpose is in one language only")


def test_brand_with_two_services_is_sound(config: Path) -> None:
    """The control; the highest service is what a login can bring."""
    section = load_settings(config, {}).brands["zz"].eherkenning
    assert section is not None
    assert section.oin == OIN
    assert section.highest_level == Assurance(Scheme.EHERKENNING, EherkenningLevel.EH3)


CASES = {
    "unknown-provider": (
        BRAND_FILE,
        'provider = "eherkenning"',
        'provider = "other"',
        f"{BRAND_FILE}: eherkenning.provider: there is no providers/other.toml",
    ),
    "provider-of-digid": (
        BRAND_FILE,
        'provider = "eherkenning"',
        'provider = "digid"',
        f"{BRAND_FILE}: eherkenning.provider: providers/digid.toml is of scheme digid",
    ),
    "digid-by-eherkenning": (
        "brands/cz.toml",
        'provider = "digid"',
        'provider = "eherkenning"',
        "brands/cz.toml: digid.provider: providers/eherkenning.toml is of another scheme",
    ),
    "same-level-twice": (
        BRAND_FILE,
        'level = "eh3"',
        'level = "eh2plus"',
        f"{BRAND_FILE}: eherkenning.services: two of them have the same level",
    ),
    "same-index-twice": (
        BRAND_FILE,
        "index = 2",
        "index = 1",
        f"{BRAND_FILE}: eherkenning.services: two of them have the same index",
    ),
    "service-of-another-oin": (
        BRAND_FILE,
        f"urn:etoegang:DV:{OIN}:services:9002",
        OTHER_SERVICE,
        f"{BRAND_FILE}: eherkenning.services: {OTHER_SERVICE} is not of the OIN of entity_id",
    ),
    "no-service-of-the-level": (
        PORTAL_FILE,
        'eherkenning = "eh2plus"',
        'eherkenning = "eh4"',
        f"{PORTAL_FILE}: login.minimum_level.eherkenning: brand zz has no service of this level",
    ),
    "representation-not-understood": (
        PORTAL_FILE,
        "representation = true",
        "representation = false",
        f"{PORTAL_FILE}: login.representation: {NOT_DECLARED}",
    ),
    "representation-not-told": (
        PORTAL_FILE,
        '"represents", ',
        "",
        f"{PORTAL_FILE}: claims.allow: representation needs represents and sub_id_type",
    ),
    "for-consumers": (
        PORTAL_FILE,
        'account_type = "business"',
        'account_type = "consumer"',
        f"{PORTAL_FILE}: login.account_type: eherkenning goes with business",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_fault_is_told_with_file_and_key(config: Path, case: str) -> None:
    """One rule each."""
    file, old, new, fault = CASES[case]
    change(config, file, old, new)
    assert fault in faults(config)


def test_portal_of_a_brand_without_eherkenning_is_a_fault(config: Path) -> None:
    """The brand has to have the connection."""
    change(config, PORTAL_FILE, 'brand = "zz"', 'brand = "vgz"')
    fault = f"{PORTAL_FILE}: login.providers: brand vgz has no eHerkenning connection"
    assert fault in faults(config)


def test_two_brands_have_two_entity_ids(config: Path) -> None:
    """A service provider is of one brand."""
    vgz = config / "brands/vgz.toml"
    vgz.write_text(vgz.read_text(encoding="utf-8") + BRAND, encoding="utf-8")
    fault = f"{BRAND_FILE}: eherkenning.entity_id: brands/vgz.toml: eherkenning has the same one"
    assert fault in faults(config)


@pytest.mark.parametrize(
    "entity_id",
    ["https://example.org", f"urn:etoegang:HM:{OIN}:entities:9001", "urn:etoegang:DV:123:entities:9001"],
)
def test_entity_id_is_that_of_a_dienstverlener(config: Path, entity_id: str) -> None:
    """The scheme's own names, with an OIN of twenty digits."""
    change(config, BRAND_FILE, f"urn:etoegang:DV:{OIN}:entities:9001", entity_id)
    assert any(fault.startswith(f"{BRAND_FILE}: eherkenning.entity_id: ") for fault in faults(config))


def test_index_of_the_test_network_is_not_for_production(config: Path) -> None:
    """Production has indexes below 9000."""
    change(config, "broker.toml", 'environment = "demo"', 'environment = "production"')
    fault = f"{BRAND_FILE}: eherkenning.entity_id: an index of 9000 and above is of the test network"
    assert fault in faults(config)
    change(config, BRAND_FILE, "entities:9001", "entities:1")
    assert fault not in faults(config)
