"""Metadata of the identity provider, and keys, are loaded once and faults are named with their file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from broker.errors import ConfigurationError
from broker.providers.saml.keys import load_certificate, load_signing_key
from broker.providers.saml.metadata import IdentityProvider, NothingTrusted, load_identity_provider
from tests.support.saml.answers import IDP
from tests.support.saml.keys import Pair, pair, pair_valid
from tests.support.saml.signers import DS, METADATA, SAMLP

NOW = datetime(2026, 3, 4, 9, 21, 30, tzinfo=UTC)
BINDINGS = "urn:oasis:names:tc:SAML:2.0:bindings:"
RESOLUTION = f'<md:ArtifactResolutionService Binding="{BINDINGS}SOAP" index="0" Location="https://was.example/resolve"/>'
REDIRECT = f'<md:SingleSignOnService Binding="{BINDINGS}HTTP-Redirect" Location="https://digid.example/sso"/>'
POST = f'<md:SingleSignOnService Binding="{BINDINGS}HTTP-POST" Location="https://digid.example/sso-post"/>'


def renewed(number: int) -> str:
    """A KeyDescriptor with another certificate for each number."""
    return key_descriptor(of=pair_valid("idp", NOW - timedelta(days=number + 1), NOW))


def key_descriptor(name: str = "idp", use: str = ' use="signing"', of: Pair | None = None) -> str:
    """A KeyDescriptor with name and certificate, wrapped over lines as real files are."""
    certificate = (of or pair(name)).signing_key.certificate_base64
    wrapped = "\n".join(certificate[start : start + 64] for start in range(0, len(certificate), 64))
    return (
        f"<md:KeyDescriptor{use}><ds:KeyInfo><ds:KeyName>x</ds:KeyName><ds:X509Data><ds:X509Certificate>{wrapped}"
        "\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )


def metadata_text(*parts: str, protocol: str = SAMLP) -> str:
    """An EntityDescriptor around `parts`."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<md:EntityDescriptor xmlns:md="{METADATA}" xmlns:ds="{DS}" '
        f'entityID="{IDP}"><md:IDPSSODescriptor protocolSupportEnumeration="{protocol}">{"".join(parts)}'
        "</md:IDPSSODescriptor></md:EntityDescriptor>"
    )


SENSIBLE = metadata_text(key_descriptor(), RESOLUTION, REDIRECT)


def plain(text: str) -> str:
    """Without the declaration, to stand within another document."""
    return text.partition("?>")[2].strip() if text.startswith("<?xml") else text


def group(*texts: str, attributes: str = "") -> str:
    """An EntitiesDescriptor around these."""
    inside = "".join(map(plain, texts))
    return f'<md:EntitiesDescriptor xmlns:md="{METADATA}" {attributes}>{inside}</md:EntitiesDescriptor>'


def hidden(text: str) -> str:
    """A group that holds it in its extensions only."""
    return group(f"<md:Extensions>{plain(text)}</md:Extensions>")


def written(folder: Path, text: str) -> Path:
    """The text in a file."""
    file = folder / "idp-metadata.xml"
    file.write_text(text)
    return file


def test_metadata_tells_whom_to_ask_and_whom_to_trust(tmp_path: Path) -> None:
    """Entity, addresses by binding, and the signing keys but not the encryption key."""
    text = metadata_text(
        key_descriptor(), key_descriptor("idp-encryption", ' use="encryption"'), RESOLUTION, POST, REDIRECT
    )
    idp = load_identity_provider(written(tmp_path, text))
    assert idp.entity_id == IDP
    assert (idp.redirect_url, idp.post_url) == ("https://digid.example/sso", "https://digid.example/sso-post")
    assert idp.artifact_resolution_url == "https://was.example/resolve"
    assert idp.certificates == (pair("idp").certificate,)
    assert idp.trusted_keys(NOW) == (pair("idp").key.public_key(),)


def test_metadata_may_hold_two_signing_keys(tmp_path: Path) -> None:
    """Both count while keys roll over; a key without a use signs too."""
    text = metadata_text(key_descriptor(), key_descriptor("idp-next", ""), RESOLUTION, REDIRECT)
    idp = load_identity_provider(written(tmp_path, text))
    assert idp.certificates == (pair("idp").certificate, pair("idp-next").certificate)
    assert idp.post_url is None


def test_metadata_may_name_several_endpoints_for_artifacts(tmp_path: Path) -> None:
    """By their index, whichever that is; herkenningsmakelaars have 0 and 1."""
    second = RESOLUTION.replace('index="0"', 'index="1"').replace("/resolve", "/other")
    text = metadata_text(key_descriptor(), RESOLUTION, second, REDIRECT)
    idp = load_identity_provider(written(tmp_path, text))
    assert idp.resolution_urls == {0: "https://was.example/resolve", 1: "https://was.example/other"}
    assert idp.artifact_resolution_url == "https://was.example/resolve"
    only_second = load_identity_provider(written(tmp_path, metadata_text(key_descriptor(), second, REDIRECT)))
    assert only_second.resolution_urls == {1: "https://was.example/other"}


def test_metadata_may_be_a_group_with_one_identity_provider(tmp_path: Path) -> None:
    """Service providers beside it do not count, and groups may stand in groups."""
    other = SENSIBLE.replace("IDPSSODescriptor", "SPSSODescriptor").replace(IDP, "https://sp.example")
    idp = load_identity_provider(written(tmp_path, group(other, group(SENSIBLE))))
    assert idp.entity_id == IDP


def test_entity_that_is_meant_is_found_among_several(tmp_path: Path) -> None:
    """By the name that the configuration gives; one that is not there is not guessed."""
    other = SENSIBLE.replace(IDP, "https://other.example")
    file = written(tmp_path, group(SENSIBLE, other))
    assert load_identity_provider(file, "https://other.example").entity_id == "https://other.example"
    with pytest.raises(ConfigurationError, match=r"identity provider https://third\.example"):
        load_identity_provider(file, "https://third.example")
    alone = written(tmp_path, SENSIBLE)
    with pytest.raises(ConfigurationError, match=r"identity provider https://third\.example"):
        load_identity_provider(alone, "https://third.example")


ENDS = ("2027-03-01T00:00:00Z", "2027-02-01T00:00:00Z", "2027-01-01T00:00:00Z")


@pytest.mark.parametrize("order", list(permutations(ENDS)))
def test_metadata_ends_with_the_first_end_that_stands_around_it(
    order: tuple[str, ...], tmp_path: Path
) -> None:
    """On the group, the entity or the role; from that moment on none of its keys is trusted."""
    around, entity, role = order
    text = SENSIBLE.replace("<md:EntityDescriptor", f'<md:EntityDescriptor validUntil="{entity}"', 1)
    text = text.replace("<md:IDPSSODescriptor", f'<md:IDPSSODescriptor validUntil="{role}"', 1)
    idp = load_identity_provider(written(tmp_path, group(text, attributes=f'validUntil="{around}"')))
    end = datetime(2027, 1, 1, tzinfo=UTC)
    assert idp.valid_until == end
    assert idp.trusted_keys(end - timedelta(seconds=1))
    assert not idp.can_vouch(end)
    with pytest.raises(NothingTrusted) as ended:
        idp.trusted_keys(end)
    assert ended.value.reason_code == "metadata.ended"


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("P7D", timedelta(days=7)),
        ("PT1H30M5S", timedelta(hours=1, minutes=30, seconds=5)),
        ("P1Y2M3DT4H", timedelta(days=365 + 60 + 3, hours=4)),
    ],
)
def test_metadata_tells_how_long_it_may_be_kept(text: str, duration: timedelta, tmp_path: Path) -> None:
    """The shorter one counts where there are two."""
    entity = SENSIBLE.replace("entityID=", f'cacheDuration="{text}" entityID=')
    file = written(tmp_path, group(entity, attributes='cacheDuration="P9Y"'))
    assert load_identity_provider(file).cache_for == duration


def test_certificates_count_within_their_days_only() -> None:
    """One that has expired and one that is not valid yet sign nothing; their successors do."""
    day = timedelta(days=1)
    expired = pair_valid("idp", NOW - 9 * day, NOW - day)
    valid = pair_valid("idp-next", NOW - day, NOW + day)
    future = pair_valid("idp-encryption", NOW + day, NOW + 9 * day)
    certificates = (expired.certificate, valid.certificate, future.certificate)
    idp = IdentityProvider(IDP, "https://sso.example", None, {0: "https://was.example"}, certificates)
    assert idp.trusted_keys(NOW) == (valid.key.public_key(),)
    assert idp.trusted_keys(NOW + 2 * day) == (future.key.public_key(),)
    assert not idp.can_vouch(NOW + 10 * day)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (metadata_text(RESOLUTION, REDIRECT), "no usable signing certificate"),
        (metadata_text(key_descriptor(), REDIRECT), "no usable ArtifactResolutionService"),
        (
            metadata_text(key_descriptor(), RESOLUTION.replace('index="0"', 'index="x"'), REDIRECT),
            "without an index of its own",
        ),
        (metadata_text(key_descriptor(), RESOLUTION, RESOLUTION, REDIRECT), "without an index of its own"),
        (
            metadata_text(key_descriptor(), RESOLUTION.replace("https:", "http:"), REDIRECT),
            "(index 0) that is not at https",
        ),
        (
            metadata_text(*map(renewed, range(9)), RESOLUTION, REDIRECT),
            "more than 8 signing certificates",
        ),
        (SENSIBLE.replace("entityID=", 'validUntil="tomorrow" entityID='), "not a moment in UTC"),
        (SENSIBLE.replace("entityID=", 'cacheDuration="PT" entityID='), "not a duration"),
        (group(SENSIBLE, SENSIBLE), "not the metadata of one identity provider"),
        (hidden(SENSIBLE), "not the metadata of one identity provider"),
        (metadata_text(key_descriptor(), RESOLUTION), "no SingleSignOnService"),
        (metadata_text(key_descriptor(), RESOLUTION, REDIRECT, protocol="urn:x"), "does not speak SAML 2.0"),
        (metadata_text(key_descriptor(), RESOLUTION, REDIRECT).replace(IDP, ""), "names no entityID"),
        (
            metadata_text(key_descriptor()).replace("IDPSSODescriptor", "SPSSODescriptor"),
            "not the metadata of one",
        ),
        (metadata_text(key_descriptor().replace("MII", "%%%")), "not readable"),
        ("<!DOCTYPE x>" + metadata_text(), "xml.doctype"),
        ("no xml", "xml.ill-formed"),
    ],
)
def test_metadata_faults_name_the_file(text: str, fault: str, tmp_path: Path) -> None:
    """Each fault is a sentence with the file."""
    file = written(tmp_path, text)
    with pytest.raises(ConfigurationError) as raised:
        load_identity_provider(file)
    assert all(str(file) in each for each in raised.value.faults)
    assert any(fault in each for each in raised.value.faults)


def test_metadata_reports_all_faults_at_once(tmp_path: Path) -> None:
    """Three things missing are three faults."""
    with pytest.raises(ConfigurationError) as raised:
        load_identity_provider(written(tmp_path, metadata_text()))
    assert len(raised.value.faults) == 3


def test_metadata_file_that_is_missing_is_a_fault(tmp_path: Path) -> None:
    """Not a stack trace."""
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_identity_provider(tmp_path / "absent.xml")


def test_signing_key_is_loaded_with_its_certificate(tmp_path: Path) -> None:
    """The pair comes back, and its repr shows no key."""
    certificate, key = pair("sp").write(tmp_path, "sp")
    loaded = load_signing_key(key, certificate)
    assert loaded.certificate == pair("sp").certificate
    assert loaded.private_key.private_numbers() == pair("sp").key.private_numbers()
    assert "private" not in repr(loaded)


def test_signing_key_faults_name_the_file(tmp_path: Path) -> None:
    """Another's certificate, a small key, noise and absence are configuration faults."""
    certificate, key = pair("sp").write(tmp_path, "sp")
    other, _ = pair("idp").write(tmp_path, "idp")
    small = tmp_path / "small.key"
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  it must be too small
    small.write_bytes(weak.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    noise = tmp_path / "noise.pem"
    noise.write_text("noise")
    with pytest.raises(ConfigurationError, match="is not the certificate of"):
        load_signing_key(key, other)
    with pytest.raises(ConfigurationError, match=r"small\.key.*at least 2048 bits"):
        load_signing_key(small, certificate)
    with pytest.raises(ConfigurationError, match=r"noise\.pem"):
        load_signing_key(noise, certificate)
    with pytest.raises(ConfigurationError, match=r"noise\.pem"):
        load_certificate(noise)
    with pytest.raises(ConfigurationError, match=r"absent\.pem"):
        load_certificate(tmp_path / "absent.pem")
