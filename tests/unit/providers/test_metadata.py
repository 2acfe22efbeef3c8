"""Metadata of the identity provider, and keys, are loaded once and faults are named with their file."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from broker.errors import ConfigurationError
from broker.providers.saml.keys import load_certificate, load_signing_key
from broker.providers.saml.metadata import load_identity_provider
from tests.support.saml.answers import IDP
from tests.support.saml.keys import pair
from tests.support.saml.signers import DS, METADATA, SAMLP

BINDINGS = "urn:oasis:names:tc:SAML:2.0:bindings:"
RESOLUTION = f'<md:ArtifactResolutionService Binding="{BINDINGS}SOAP" index="0" Location="https://was.example/resolve"/>'
REDIRECT = f'<md:SingleSignOnService Binding="{BINDINGS}HTTP-Redirect" Location="https://digid.example/sso"/>'
POST = f'<md:SingleSignOnService Binding="{BINDINGS}HTTP-POST" Location="https://digid.example/sso-post"/>'


def key_descriptor(name: str = "idp", use: str = ' use="signing"') -> str:
    """A KeyDescriptor with name and certificate, wrapped over lines as real files are."""
    certificate = pair(name).signing_key.certificate_base64
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
    assert idp.trusted_keys == (pair("idp").key.public_key(),)


def test_metadata_may_hold_two_signing_keys(tmp_path: Path) -> None:
    """Both count while keys roll over; a key without a use signs too."""
    text = metadata_text(key_descriptor(), key_descriptor("idp-next", ""), RESOLUTION, REDIRECT)
    idp = load_identity_provider(written(tmp_path, text))
    assert idp.certificates == (pair("idp").certificate, pair("idp-next").certificate)
    assert idp.post_url is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (metadata_text(RESOLUTION, REDIRECT), "no usable signing certificate"),
        (metadata_text(key_descriptor(), REDIRECT), "no ArtifactResolutionService"),
        (
            metadata_text(key_descriptor(), RESOLUTION.replace('index="0"', 'index="1"'), REDIRECT),
            "no ArtifactResolutionService",
        ),
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
