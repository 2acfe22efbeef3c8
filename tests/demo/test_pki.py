"""The demo's throw-away keys: complete, kept, private, and of one authority."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from demo.pki import load_pair, main, make_pki
from demo.portals.definitions import PORTALS, ClientAuth, PortalDefinition
from demo.portals.keys import load_portal_keys

PAIRS = (
    "ca",
    "broker-tls-client",
    "digid-backchannel",
    "digid-signing",
    "cz-digid-signing",
    "eherkenning-backchannel",
    "eherkenning-signing",
    "eherkenning-ad-signing",
    "eherkenning-mr-signing",
    "zz-eherkenning-signing",
    "zz-eherkenning-encryption",
)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory with everything made once."""
    folder = tmp_path_factory.mktemp("pki")
    make_pki(folder)
    return folder


def test_pki_makes_every_file(state: Path) -> None:
    """Exactly the files that others count on."""
    made = {str(file.relative_to(state)) for file in state.rglob("*") if file.is_file()}
    pairs = {f"pki/{name}.{end}" for name in PAIRS for end in ("pem", "key")}
    sets = {f"portals/{portal.id}.{half}.jwks" for portal in PORTALS for half in ("private", "public")}
    assert made == pairs | sets


def test_pki_files_are_for_their_owner_only(state: Path) -> None:
    """Mode 0600 throughout."""
    assert {file.stat().st_mode & 0o777 for file in state.rglob("*") if file.is_file()} == {0o600}


def test_pki_keeps_what_exists_and_makes_what_is_missing(tmp_path: Path) -> None:
    """A second run changes nothing; a lost key is replaced, alone."""
    make_pki(tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert make_pki(tmp_path) == []
    (tmp_path / "pki" / "digid-signing.pem").unlink()
    made = make_pki(tmp_path)
    assert {file.name for file in made} == {"digid-signing.key", "digid-signing.pem"}
    assert all(file.read_bytes() == content for file, content in before.items() if file not in made)


def test_pki_certificates_are_of_the_authority_and_fit_their_keys(state: Path) -> None:
    """Each is directly issued by the authority, RSA of 2048 bits, and pairs with its key."""
    authority = load_pair(state / "pki", "ca").certificate
    for name in PAIRS:
        pair = load_pair(state / "pki", name)
        pair.certificate.verify_directly_issued_by(authority)
        assert pair.key.public_key() == pair.certificate.public_key()
        assert pair.key.key_size == 2048
        constraints = pair.certificate.extensions.get_extension_for_class(x509.BasicConstraints)
        assert constraints.value.ca is (name == "ca")


def test_pki_server_certificate_is_for_this_machine(state: Path) -> None:
    """127.0.0.1 and localhost."""
    certificate = load_pair(state / "pki", "digid-backchannel").certificate
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]


def test_pki_portal_keys_sign_and_decrypt(state: Path) -> None:
    """ES256 to sign, RSA-OAEP-256 of 2048 bits to decrypt; the public file holds nothing private."""
    private = json.loads((state / "portals" / "mijn-cz.private.jwks").read_text())["keys"]
    public = json.loads((state / "portals" / "mijn-cz.public.jwks").read_text())["keys"]
    assert [(key["kty"], key["use"], key["alg"]) for key in public] == [
        ("EC", "sig", "ES256"),
        ("RSA", "enc", "RSA-OAEP-256"),
    ]
    assert [key["kid"] for key in public] == [key["kid"] for key in private]
    assert all("d" in key for key in private)
    assert not any({"d", "p", "q", "dp", "dq", "qi"} & key.keys() for key in public)


@pytest.mark.parametrize("portal", PORTALS, ids=lambda portal: portal.id)
def test_pki_portal_has_the_keys_that_its_registration_needs(state: Path, portal: PortalDefinition) -> None:
    """And no others: a key that nobody uses is a key that nobody watches."""
    keys, registration = load_portal_keys(state, portal), portal.registration
    assert (keys.signing is not None) == (registration.client_auth is ClientAuth.PRIVATE_KEY_JWT)
    assert (keys.decryption is not None) == registration.encrypted
    if keys.signing:
        assert keys.signing.get("alg") == registration.assertion_alg


def test_pki_command_says_what_it_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """More brands and portals by flag; the second time there is nothing to do."""
    flags = ["--state", str(tmp_path), "--brand", "iza", "--portal", "mijn-iza"]
    main(flags)
    assert "iza-digid-signing.pem" in capsys.readouterr().out
    assert isinstance(load_pair(tmp_path / "pki", "iza-digid-signing").key, rsa.RSAPrivateKey)
    assert (tmp_path / "portals" / "mijn-iza.private.jwks").exists()
    main(flags)
    assert "all keys exist" in capsys.readouterr().out
