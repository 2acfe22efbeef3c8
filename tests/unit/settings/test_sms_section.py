"""`[sms]`: who needs it, and what production asks of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from broker.errors import ConfigurationError
from broker.settings import load_settings
from broker.wiring.sms import sms_faults, sms_gateway

SAMPLE = Path(__file__).parents[3] / "config"
LOCAL = "http://127.0.0.1:8300/api"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the sample configuration that a test may spoil."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "config"))


def _write(config: Path, section: str) -> None:
    """Put this in the place of the section `[sms]`."""
    file = config / "broker.toml"
    before, _, rest = file.read_text("utf-8").partition("[sms]")
    after = rest.partition("\n[")[2]
    assert after
    file.write_text(f"{before}{section}\n[{after}", "utf-8")


def _offering(config: Path, kinds: str) -> None:
    """Let a portal be one for e-mail address and password, with these second factors."""
    file = config / "portals/mijn-cz.toml"
    text = file.read_text("utf-8")
    assert 'providers = ["digid"]' in text
    text = text.replace('providers = ["digid"]', f'providers = ["password"]\nsecond_factors = {kinds}')
    file.write_text(text, "utf-8")


def _faults(config: Path, **environment: str) -> list[str]:
    try:
        load_settings(config, environment)
    except ConfigurationError as error:
        return [fault for fault in error.faults if "sms" in fault]
    return []


def test_sample_sends_to_the_outbox_of_the_demo() -> None:
    """Without a key, for it is on this machine."""
    gateway = sms_gateway(load_settings(SAMPLE, {}))
    assert gateway is not None
    assert (gateway.url, gateway.api_key) == (LOCAL, None)


@pytest.mark.parametrize(
    ("kinds", "is_fault"), [('["sms"]', True), ('["totp", "voice"]', True), ('["totp"]', False)]
)
def test_portal_that_offers_codes_by_telephone_needs_a_gateway(
    config: Path, kinds: str, is_fault: bool
) -> None:
    """An app needs none."""
    _write(config, "")
    _offering(config, kinds)
    fault = "portals/mijn-cz.toml: login.second_factors: sms and voice need [sms] in broker.toml"
    assert (fault in _faults(config)) is is_fault


def test_production_needs_https_elsewhere_and_a_key(config: Path) -> None:
    """All of it told at once."""
    faults = _faults(config, BROKER_ENVIRONMENT="production")
    assert "broker.toml: sms.gateway_url: must be https in production" in faults
    assert "broker.toml: sms.gateway_url: points at this machine, which is for the demo only" in faults
    assert "broker.toml: sms: production needs api_key or api_key_file" in faults
    url = "https://sms.example/v1"
    given = {"BROKER_SMS__GATEWAY_URL": url, "BROKER_SMS__API_KEY": "k"}
    assert _faults(config, BROKER_ENVIRONMENT="production", **given) == []


def test_key_is_given_once(config: Path) -> None:
    """By the environment or by a file."""
    given = {"BROKER_SMS__API_KEY": "k", "BROKER_SMS__API_KEY_FILE": "key"}
    assert _faults(config, **given) == ["broker.toml: sms: give api_key or api_key_file, not both"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sender", "Zorg en Zekerheid"),
        ("sender", "C"),
        ("sender", "CZ\\nBcc"),
        ("gateway_url", "ftp://sms.example"),
        ("gateway_url", "https://sms.example/?key=x"),
        ("gateway_url", "https://user:password@sms.example"),
        ("timeout_seconds", "0"),
    ],
)
def test_value_that_cannot_work_is_a_fault(config: Path, key: str, value: str) -> None:
    """With its key, and never with the value."""
    faults = _faults(config, **{f"BROKER_SMS__{key.upper()}": value})
    assert len(faults) == 1
    assert faults[0].startswith(f"environment variable BROKER_SMS__{key.upper()}: sms.{key}: ")
    assert "password@" not in faults[0]


@pytest.mark.parametrize(("content", "is_fault"), [("the-key\n", False), ("", True), ("two words", True)])
def test_key_file_holds_one_key(config: Path, content: str, is_fault: bool) -> None:
    """The key is read, and printed nowhere."""
    (config / "sms.key").write_text(content, "utf-8")
    settings = load_settings(config, {"BROKER_SMS__API_KEY_FILE": "sms.key"})
    assert bool(sms_faults(settings)) is is_fault
    if not is_fault:
        gateway = sms_gateway(settings)
        assert gateway is not None
        assert gateway.api_key == "the-key"
        assert "the-key" not in repr(gateway) + repr(settings)


def test_files_that_do_not_load_are_named(config: Path) -> None:
    """The key's and the certificates'."""
    for key in ("api_key_file", "tls_ca_file"):
        settings = load_settings(config, {f"BROKER_SMS__{key.upper()}": "absent.pem"})
        (fault,) = sms_faults(settings)
        assert fault.startswith(f"broker.toml: sms.{key}: cannot be read")
