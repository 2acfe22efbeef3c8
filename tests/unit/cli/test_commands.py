"""The program `broker`, run as an operator runs it."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from broker.app import create_app
from broker.errors import ConfigurationError
from broker.settings import Environment, Settings, load_settings
from broker.storage.key_encryption_key import create_key_file_if_absent
from broker.wiring.configuration import faults_of_what_is_named, start_faults
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


@pytest.fixture
def state(sound: Path, tmp_path: Path) -> Path:
    """A copy of the sound configuration, with its keys beside it, that a test may spoil."""
    return Path(shutil.copytree(sound.parent, tmp_path / "state"))


def _checked(config: Path, **environment: str) -> tuple[str, ...]:
    """What `broker check` finds, as it runs in production and in the demo alike."""
    return faults_of_what_is_named(load_settings(config, environment))


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def _in_production(state: Path) -> Settings:
    """The same files as production would take them: its own rules are judged elsewhere."""
    settings = load_settings(state / "config", {})
    broker = settings.broker.model_copy(update={"environment": Environment.PRODUCTION})
    return dataclasses.replace(settings, broker=broker)


def test_check_makes_nothing_in_the_demo(state: Path) -> None:
    """The key that the first start makes may be absent, and stays so."""
    before = sorted(state.rglob("*"))
    assert _checked(state / "config") == ()
    assert sorted(state.rglob("*")) == before


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("redis_url", "localhost:6379"),
        ("redis_url", "http://x"),
        ("redis_url", "redis://x:port"),
        ("redis_url", "redis+cluster://a:6379,:6379"),
        ("database_url", "postgres://x"),
        ("database_url", "mysql://u:hunter2@x/y"),
    ],
)
def test_check_refuses_an_address_of_a_store_that_serve_refuses(state: Path, key: str, url: str) -> None:
    """With file and key, and without the address, which may hold a password."""
    faults = _checked(state / "config", **{f"BROKER_STORAGE__{key.upper()}": url})
    assert len(faults) == 1
    assert faults[0].startswith(f"broker.toml: storage.{key}: ")
    assert f" {url}" not in faults[0]


@pytest.mark.parametrize(
    "url",
    [
        "unix:///run/redis.sock?db=0",
        "rediss://:x@redis:6379/0",
        "redis+cluster://u:p@a:1,b:2",
        "rediss+cluster://a,b",
    ],
)
def test_check_asks_no_redis(state: Path, url: str) -> None:
    """It is for a machine that reaches no store."""
    assert _checked(state / "config", BROKER_STORAGE__REDIS_URL=url) == ()


def test_check_judges_the_key_encryption_key_that_is_there(state: Path) -> None:
    """In a file and in the environment, without repeating it."""
    told = _checked(state / "config", BROKER_KEYS__KEY_ENCRYPTION_KEY_FILE=str(state / "config/broker.toml"))
    assert [fault.partition(" ")[0] for fault in told] == ["broker.toml:"]
    assert "broker.toml: keys.key_encryption_key_file: " in told[0]
    _replace(state / "config/broker.toml", "key_encryption_key_file", "# key_encryption_key_file")
    told = _checked(state / "config", BROKER_KEYS__KEY_ENCRYPTION_KEY="aHVudGVyMg==")
    assert told[0].startswith("broker.toml: keys.key_encryption_key: holds 7 bytes")


def test_check_of_production_wants_the_key_encryption_key_in_its_place(state: Path) -> None:
    """It is made by hand there, and kept from others."""
    where = "broker.toml: keys.key_encryption_key_file: "
    settings = _in_production(state)
    assert any(fault.startswith(where) for fault in faults_of_what_is_named(settings))
    file = settings.path(settings.broker.keys.key_encryption_key_file or Path())
    create_key_file_if_absent(file)
    assert not any(fault.startswith(where) for fault in faults_of_what_is_named(settings))
    file.chmod(0o644)
    told = [fault for fault in faults_of_what_is_named(settings) if fault.startswith(where)]
    assert len(told) == 1
    assert "has mode 0644, so others may reach the key" in told[0]


def test_missing_file_is_told_once_by_the_file_that_names_it(state: Path) -> None:
    """With its key; that a portal then has no keys to prove itself by needs no saying."""
    (state / "var/demo/portals/mijn-cz.public.jwks").unlink()
    (state / "var/demo/digid/idp-metadata.xml").unlink()
    (state / "var/demo/pki/cz-digid-signing.key").unlink()
    told = _checked(state / "config")
    assert [fault.partition(": /")[0] for fault in sorted(told)] == [
        "brands/cz.toml: digid",
        "portals/mijn-cz.toml: client.jwks_file: cannot be read as JSON (FileNotFoundError)",
        "providers/digid.toml: metadata_file",
    ]


def test_private_key_that_others_may_read_is_for_the_demo_only(state: Path) -> None:
    """Each by file and key; the group may read, as orchestrators hand out secrets."""
    keys = sorted((state / "var/demo/pki").glob("*.key"))
    for key in keys:
        key.chmod(0o640)
    settings = _in_production(state)
    assert [fault for fault in start_faults(settings) if "has mode" in fault] == []
    for key in keys:
        key.chmod(0o644)
    assert [fault.rpartition(": /")[0] for fault in start_faults(settings)] == [
        "brands/cz.toml: digid.signing_key_file",
        "brands/zz.toml: eherkenning.signing_key_file",
        "brands/zz.toml: eherkenning.encryption_key_file",
        "providers/digid.toml: tls_client_key_file",
        "providers/eherkenning.toml: tls_client_key_file",
    ]
    assert _checked(state / "config") == ()


def test_theme_that_is_not_there_is_a_fault(state: Path) -> None:
    """A brand would be served in neutral colours, and nobody would know why."""
    _replace(state / "config/brands/cz.toml", 'theme = "cz"', 'theme = "nope"')
    (fault,) = _checked(state / "config")
    assert fault.startswith("brands/cz.toml: theme: there is no such theme; there are cz, ")
    with pytest.raises(ConfigurationError, match="theme: there is no such theme"):
        create_app(load_settings(state / "config", {}))
