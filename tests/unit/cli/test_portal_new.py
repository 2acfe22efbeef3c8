"""`broker portal new`: what it writes is sound as it stands, and it leaves nothing else behind."""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from broker.cli.main import commands
from broker.errors import ConfigurationError
from broker.oidc.client_keys import parse_client_keys
from broker.settings import Settings, load_settings
from broker.wiring.configuration import faults_of_what_is_named
from demo.digid.addresses import Addresses
from demo.digid.metadata import idp_metadata
from demo.digid.simulator import load_signer
from demo.eherkenning import addresses as eherkenning
from demo.eherkenning.metadata import hm_metadata
from demo.eherkenning.simulator import load_signer as scheme_signer_of

SAMPLE = Path(__file__).parents[3] / "config"
URL = "https://nieuw.example/"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, demo_pki: Path) -> Path:
    """A folder with the sample configuration and everything that it names."""
    root = tmp_path_factory.mktemp("new-portal")
    state = Path(shutil.copytree(demo_pki, root / "var/demo"))
    (state / "digid").mkdir(exist_ok=True)
    (state / "digid/idp-metadata.xml").write_bytes(idp_metadata(Addresses(), load_signer(state)))
    (state / "eherkenning").mkdir(exist_ok=True)
    makelaar = hm_metadata(eherkenning.Addresses(), scheme_signer_of(state))
    (state / "eherkenning/hm-metadata.xml").write_bytes(makelaar)
    shutil.copytree(SAMPLE, root / "config")
    return root


@pytest.fixture
def config(sound: Path, tmp_path: Path) -> Path:
    """A copy for one test."""
    return Path(shutil.copytree(sound, tmp_path / "operator")) / "config"


def made(config: Path, *words: str, brand: str | None = "cz") -> str:
    """What the command hands over for a portal `nieuw`."""
    asked = ["portal", "new", "nieuw", "--config", str(config), "--url", URL, *words]
    told = CliRunner().invoke(commands, [*asked, *(["--brand", brand] if brand else [])])
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    assert told.exit_code == 0, told.output
    return told.stdout


def written(config: Path) -> dict[str, Any]:
    """The portal's file."""
    return tomllib.loads((config / "portals/nieuw.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--auth-method", "client_secret_basic", "--provider", "password"),
        ("--brand", "zz", "--provider", "eherkenning", "--provider", "password", "--profile", "nlgov"),
        ("--brand", "iza", "--title", 'Mijn "IZA" {url}\nvoor ons', "--client-id", "iza.nieuw"),
        (
            "--profile",
            "nlgov",
            "--redirect-uri",
            "https://a.example/",
            "--redirect-uri",
            "https://b.example/?c=d",
        ),
    ],
    ids=" ".join,
)
def test_new_portal_passes_the_check_at_once(config: Path, words: tuple[str, ...]) -> None:
    """Whatever is asked for; nobody has to add a line before it can be tried."""
    made(config, *words, brand=None if "--brand" in words else "cz")
    assert written(config)["url"] == URL
    assert faults_of_what_is_named(load_settings(config, {})) == ()


def test_profile_decides_how_tokens_are_signed(config: Path) -> None:
    """The key that the portal gets is of the same kind."""
    private = json.loads(made(config, "--profile", "nlgov"))
    assert written(config)["profile"] == "nlgov"
    assert written(config)["client"]["id_token_signed_response_alg"] == "PS256"
    assert [key["alg"] for key in private["keys"]] == ["PS256"]


def test_private_key_is_shown_once_and_kept_nowhere(config: Path) -> None:
    """We keep the public half, which belongs to it."""
    (private,) = json.loads(made(config))["keys"]
    kept = config / written(config)["client"]["jwks_file"]
    public = json.loads(kept.read_text("utf-8"))
    assert set(parse_client_keys(public).signing) == {private["kid"]}
    assert public["keys"][0]["x"] == private["x"]
    assert private["alg"] == written(config)["client"]["id_token_signed_response_alg"] == "ES256"
    assert all(private["d"] not in path.read_text("utf-8") for path in config.glob("portals/*"))


def test_secret_is_shown_once_and_kept_as_its_digest(config: Path) -> None:
    """256 bits of chance, of which the file holds the SHA-256."""
    secret = made(config, "--auth-method", "client_secret_basic").strip()
    client = written(config)["client"]
    assert client["client_secret_sha256"] == hashlib.sha256(secret.encode()).hexdigest()
    assert len(secret) >= 43
    assert secret not in (config / "portals/nieuw.toml").read_text("utf-8")
    assert not (config / "portals/nieuw.public.jwks").exists()


def test_portal_with_keys_of_its_own_gets_none_from_us(config: Path) -> None:
    """Their place goes into the file."""
    made(config)
    (config / "portals/nieuw.public.jwks").rename(config / "own's.jwks")
    (config / "portals/nieuw.toml").unlink()
    assert made(config, "--jwks-file", "own's.jwks") == ""
    assert written(config)["client"]["jwks_file"] == "own's.jwks"


@pytest.mark.parametrize(
    ("brand", "providers"), [("cz", ["digid"]), ("zz", ["eherkenning"]), ("iza", ["password"])]
)
def test_ways_of_logging_in_follow_from_the_brand(config: Path, brand: str, providers: list[str]) -> None:
    """What it is connected to, unless something else is asked for."""
    made(config, brand=brand)
    assert written(config)["login"]["providers"] == providers


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--brand", "cc"), "--brand: name one of these: cz, iza, vgz, zz"),
        (("--brand", "iza", "--provider", "digid"), "brand iza has no DigiD connection"),
        (("--brand", "cz", "--client-id", "mijn-cz"), "client.client_id: portal mijn-cz has the same"),
        (
            ("--brand", "cz", "--profile", "nlgov", "--auth-method", "client_secret_basic"),
            "forbids shared secrets",
        ),
        (("--brand", "cz", "--redirect-uri", "http://elsewhere.example/"), "must be https"),
        (("--brand", "cz", "--jwks-file", "nowhere.jwks"), "client.jwks_file: cannot be read"),
        (
            ("--brand", "cz", "--auth-method", "client_secret_basic", "--jwks-file", "x"),
            "--jwks-file: goes with private_key_jwt",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_portal_that_would_have_a_fault_is_not_written(
    config: Path, words: tuple[str, ...], told: str
) -> None:
    """The fault is told as `broker check` tells it, and the directory is as it was."""
    before = {path: path.read_bytes() for path in config.rglob("*") if path.is_file()}
    asked = ["portal", "new", "nieuw", "--config", str(config), "--url", URL, *words]
    with pytest.raises(ConfigurationError) as refused:
        CliRunner().invoke(commands, asked, catch_exceptions=False, standalone_mode=False)
    assert any(told in fault for fault in refused.value.faults), refused.value.faults
    assert {path: path.read_bytes() for path in config.rglob("*") if path.is_file()} == before


def test_interrupted_command_leaves_nothing(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while the new file is judged: its keys were shown to nobody, so it is worth nothing."""

    def interrupted(_directory: Path) -> Settings:
        settings = load_settings(config, {})
        if "nieuw" in settings.portals:
            raise KeyboardInterrupt
        return settings

    monkeypatch.setattr("broker.cli.portal.read_settings", interrupted)
    asked = ["portal", "new", "nieuw", "--config", str(config), "--url", URL, "--brand", "cz"]
    with pytest.raises(click.Abort):
        CliRunner().invoke(commands, asked, catch_exceptions=False, standalone_mode=False)
    assert list(config.glob("portals/nieuw*")) == []


@pytest.mark.parametrize("file", ["portals/nieuw.toml", "portals/nieuw.public.jwks"])
def test_file_that_is_there_is_not_overwritten(config: Path, file: str) -> None:
    """Neither the portal's own nor its keys; and nothing is written beside it."""
    made(config)
    other = {"portals/nieuw.toml", "portals/nieuw.public.jwks"} - {file}
    (config / other.pop()).unlink()
    if file.endswith(".jwks"):
        (config / file).write_text("of somebody else", encoding="utf-8")
    before = (config / file).read_bytes()
    asked = ["portal", "new", "nieuw", "--config", str(config), "--url", URL, "--brand", "cz"]
    with pytest.raises(ConfigurationError):
        CliRunner().invoke(commands, asked, catch_exceptions=False, standalone_mode=False)
    assert (config / file).read_bytes() == before
    assert len(list(config.glob("portals/nieuw*"))) == 1


@pytest.mark.parametrize("name", ["Nieuw", "../nieuw", "nieuw.toml", ""])
def test_name_that_is_no_identifier_is_refused(config: Path, name: str) -> None:
    """It becomes the name of a file and of records."""
    asked = ["portal", "new", name, "--config", str(config), "--url", URL, "--brand", "cz"]
    with pytest.raises(ConfigurationError, match="NAME: must be lower-case"):
        CliRunner().invoke(commands, asked, catch_exceptions=False, standalone_mode=False)


def test_faults_that_were_there_already_are_not_the_new_portals(config: Path) -> None:
    """A key that is not on this machine, say where files are written elsewhere, stops nobody."""
    (config.parent / "var/demo/pki/cz-digid-signing.key").unlink()
    asked = ["portal", "new", "nieuw", "--config", str(config), "--url", URL, "--brand", "cz"]
    told = CliRunner().invoke(commands, asked, catch_exceptions=False)
    assert told.exit_code == 0
    assert written(config)["brand"] == "cz"
