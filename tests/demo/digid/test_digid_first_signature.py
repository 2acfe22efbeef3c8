"""The very first answer of a fresh process is signed right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys, threading
from lxml import etree
from demo.digid.signing import sign
from demo.idp.verifying import verified
from demo.digid.simulator import load_signer
from datetime import UTC, datetime
from pathlib import Path
SAML, SAMLP = "urn:oasis:names:tc:SAML:2.0:assertion", "urn:oasis:names:tc:SAML:2.0:protocol"
signer = load_signer(Path(sys.argv[1]))
def first():
    root = etree.Element(f"{{{SAMLP}}}ArtifactResponse", nsmap={"samlp": SAMLP, "saml": SAML}, ID="_1")
    etree.SubElement(root, f"{{{SAML}}}Issuer").text = "x"
    etree.SubElement(root, f"{{{SAMLP}}}Status")
    sign(root, signer)
    wire = etree.fromstring(etree.tostring(root))
    verified(wire, {signer.key_name: signer.certificate}, datetime.now(UTC))
    print("verified")
thread = threading.Thread(target=first)
thread.start()
thread.join()
"""


def test_first_signature_of_a_fresh_thread_verifies(tmp_path: Path) -> None:
    """Canonicalisation of a tree that was built in memory must not depend on what was parsed before."""
    subprocess.run([sys.executable, "-m", "demo.pki", "--state", str(tmp_path)], check=True, cwd=ROOT)
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], check=True, cwd=ROOT, capture_output=True, text=True
    )
    assert told.stdout == "verified\n", told.stderr
