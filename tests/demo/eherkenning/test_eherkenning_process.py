"""The eHerkenning simulator as a program: its metadata."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lxml import etree

from tests.demo.eherkenning.dienstverlener import only, xpath
from tests.demo.eherkenning.opinions import signed_part


def command(state: Path, *arguments: str) -> list[str]:
    """The command line of the simulator."""
    return [sys.executable, "-m", "demo.eherkenning", *arguments, "--state", str(state)]


def test_metadata_command_prints_signed_metadata(eherkenning_keys: Path) -> None:
    """One EntityDescriptor of the makelaar; its signature holds the certificate and no name."""
    run = subprocess.run(
        command(eherkenning_keys, "metadata", "--base-url", "https://hm.example", "--back", "127.0.0.1:9999"),
        capture_output=True,
        check=True,
    )
    root = etree.fromstring(run.stdout)
    assert str(root.get("entityID")).startswith("urn:etoegang:HM:")
    assert (
        only(root, ".//md:ArtifactResolutionService").get("Location") == "https://127.0.0.1:9999/broker/ars"
    )
    places = {one.get("Location") for one in xpath(root, ".//md:SingleSignOnService")}
    assert places == {"https://hm.example/broker/sso"}
    assert only(root, "md:IDPSSODescriptor").get("WantAuthnRequestsSigned") == "true"
    assert [etree.QName(one).localname for one in only(root, "ds:Signature/ds:KeyInfo")] == ["X509Data"]
    signed = signed_part(root, eherkenning_keys / "pki/eherkenning-signing.pem")
    assert signed.get("ID") == root.get("ID")
