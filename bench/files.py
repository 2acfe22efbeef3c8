"""The files that a benchmark's deployment begins with."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from bench.idp import PEOPLE_FILE
from demo.digid.addresses import Addresses
from demo.digid.metadata import idp_metadata
from demo.digid.simulator import load_signer
from demo.eherkenning import simulator as eherkenning
from demo.eherkenning.addresses import Addresses as MakelaarAddresses
from demo.eherkenning.metadata import hm_metadata
from demo.pki import make_pki

SAMPLE_CONFIG = Path(__file__).parents[1] / "config"
PEOPLE = 400
_CLOCK = re.compile(r"^\[clock\]\n.*\n", re.MULTILINE)


def make_files(folder: Path, state: Path, issuer: str, digid: Addresses, makelaar: MakelaarAddresses) -> None:
    """Keys, the providers' metadata, and the sample configuration for these addresses."""
    make_pki(state)
    (state / "digid/sp").mkdir(parents=True)
    (state / "digid/idp-metadata.xml").write_bytes(idp_metadata(digid, load_signer(state)))
    (state / "eherkenning").mkdir()
    metadata = hm_metadata(makelaar, eherkenning.load_signer(state))
    (state / "eherkenning/hm-metadata.xml").write_bytes(metadata)
    (state / PEOPLE_FILE).write_text(json.dumps(numbers(PEOPLE)), encoding="utf-8")
    shutil.copytree(SAMPLE_CONFIG, folder / "config")
    for file in (folder / "config").rglob("*.toml"):
        # The demo's movable clock asks the file system at every look; a deployment's clock does not.
        words = _CLOCK.sub("", file.read_text(encoding="utf-8")).replace("../var/demo", str(state))
        file.write_text(words.replace("http://localhost:8000", issuer), encoding="utf-8")


def accounts_file(state: Path) -> Path:
    """What `broker import` takes in to let the people of DigiD have accounts."""
    file = state / "accounts.jsonl"
    people = (
        {
            "kind": "consumer_account",
            "brand": "cz",
            "bsn": bsn,
            "name": f"Persoon {bsn}",
            "email": f"{bsn}@voorbeeld.example",
        }
        for bsn in numbers(PEOPLE)
    )
    file.write_text("".join(json.dumps(person) + "\n" for person in people), encoding="utf-8")
    return file


def numbers(count: int) -> list[str]:
    """`count` numbers that pass the eleven test of a BSN, of the range that is never given out."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2)
    found: list[str] = []
    body = 99_000_000
    while len(found) < count:
        last = sum(weight * int(digit) for weight, digit in zip(weights, str(body), strict=True)) % 11
        if last < 10:
            found.append(f"{body}{last}")
        body += 1
    return found
