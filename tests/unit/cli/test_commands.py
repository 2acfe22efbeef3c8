"""The program `broker`, run as an operator runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from demo.digid.addresses import Addresses
from demo.digid.metadata import idp_metadata
from demo.digid.simulator import load_signer
from demo.eherkenning import addresses as eherkenning
from demo.eherkenning.metadata import hm_metadata
from demo.eherkenning.simulator import load_signer as scheme_signer_of
from demo.pki import make_pki

SAMPLE = Path(__file__).parents[3] / "config"
PERSON = {
    "kind": "consumer_account",
    "brand": "cz",
    "bsn": "999990019",
    "name": "Ans Test",
    "email": "ans@example.org",
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration directory whose keys and metadata exist."""
    root = tmp_path_factory.mktemp("operator")
    make_pki(root / "var/demo")
    (root / "var/demo/digid").mkdir(parents=True, exist_ok=True)
    metadata = idp_metadata(Addresses(), load_signer(root / "var/demo"))
    (root / "var/demo/digid/idp-metadata.xml").write_bytes(metadata)
    (root / "var/demo/eherkenning").mkdir(parents=True, exist_ok=True)
    makelaar = hm_metadata(eherkenning.Addresses(), scheme_signer_of(root / "var/demo"))
    (root / "var/demo/eherkenning/hm-metadata.xml").write_bytes(makelaar)
    return Path(shutil.copytree(SAMPLE, root / "config"))


def _broker(*arguments: str, redis_url: str = "redis://127.0.0.1:1/0") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "BROKER_STORAGE__REDIS_URL": redis_url}
    program = [sys.executable, "-m", "broker.cli", *arguments]
    return subprocess.run(program, capture_output=True, text=True, check=False, env=environment)


def test_check_says_that_a_sound_configuration_is_sound(sound: Path) -> None:
    """Exit 0 and one sentence."""
    told = _broker("check", "--config", str(sound))
    assert told.returncode == 0, told.stderr
    assert "The configuration is sound" in told.stdout


def test_check_tells_every_fault_of_the_named_files(sound: Path, tmp_path: Path) -> None:
    """A key that is not there and a portal's key set that is not JSON, each with file and key; exit 1."""
    state = Path(shutil.copytree(sound.parent, tmp_path / "broken"))
    (state / "var/demo/pki/cz-digid-signing.key").unlink()
    (state / "var/demo/portals/mijn-cz.public.jwks").write_text("{", encoding="utf-8")
    told = _broker("check", "--config", str(state / "config"))
    assert told.returncode == 1
    assert "portals/mijn-cz.toml: client.jwks_file" in told.stderr
    assert "brands/cz.toml: " in told.stderr
    assert "cz-digid-signing.key" in told.stderr
    assert "Traceback" not in told.stderr


def test_metadata_of_a_brand_is_printed_signed(sound: Path) -> None:
    """Ready to hand in, and nothing else on standard output."""
    told = _broker("metadata", "digid", "--brand", "cz", "--config", str(sound))
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("<?xml")
    assert "SignatureValue" in told.stdout


def test_metadata_of_an_unknown_brand_is_a_sentence(sound: Path) -> None:
    """No stack trace."""
    told = _broker("metadata", "digid", "--brand", "zc", "--config", str(sound))
    assert told.returncode == 1
    assert "no such brand" in told.stderr


def test_import_is_all_or_nothing_and_tells_every_line(sound: Path, tmp_path: Path) -> None:
    """A file with faults changes nothing; the faults repeat no number."""
    file = tmp_path / "people.jsonl"
    lines = [
        PERSON,
        {**PERSON, "bsn": "999990018"},
        {**PERSON, "brand": "xx"},
        {**PERSON, "role": "admin"},
        {**PERSON, "name": " "},
    ]
    file.write_text("\n".join([*map(json.dumps, lines), "not json"]), encoding="utf-8")
    told = _broker("import", "--config", str(sound), str(file))
    assert told.returncode == 1
    for number in (2, 3, 4, 5, 6):
        assert f"people.jsonl: line {number}: " in told.stderr
    assert "line 1:" not in told.stderr
    assert "99999" not in told.stderr


def test_import_twice_keeps_one_account(sound: Path, tmp_path: Path, redis_url: str) -> None:
    """The second time only the name changes."""
    state = Path(shutil.copytree(sound.parent, tmp_path / "twice"))
    file = tmp_path / "people.jsonl"
    for name in ("Ans Test", "Ans Nieuw"):
        file.write_text(json.dumps({**PERSON, "name": name}), encoding="utf-8")
        told = _broker("import", "--config", str(state / "config"), str(file), redis_url=redis_url)
        assert told.returncode == 0, told.stderr
        assert "1 account(s) imported" in told.stdout


def test_command_without_its_stores_says_which_one_is_away(sound: Path, tmp_path: Path) -> None:
    """One sentence and exit 3, not a stack trace."""
    state = Path(shutil.copytree(sound.parent, tmp_path / "away"))
    file = tmp_path / "people.jsonl"
    file.write_text(json.dumps(PERSON), encoding="utf-8")
    told = _broker("import", "--config", str(state / "config"), str(file))
    assert told.returncode == 3
    assert "Redis" in told.stderr
    assert "Traceback" not in told.stderr
