"""`broker doctor` on a real deployment: all is well, and each part that is not is named with what to do."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from broker.cli.doctor.findings import Health
from broker.cli.doctor.neighbours import judge_days
from broker.cli.main import commands
from demo.portals.definitions import PORTALS
from tests.demo.standins import free_port
from tests.support.servers import running_redis
from tests.support.system import Plan, prepared_system

pytestmark = pytest.mark.flow

Findings = dict[str, list[tuple[str, str]]]
Examine = Callable[[], tuple[int, Findings]]


@pytest.fixture
def examine(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Examine]:
    """Runs the doctor over a deployment whose portal listens; gives exit code and findings by part."""
    portal = free_port()
    reached = {f":{port}": f":{portal}" for port in (8300, *(one.port for one in PORTALS))}
    replaced = {**reached, "127.0.0.1:8325": "127.0.0.1:1"}
    for name, value in plan.environment.items():
        monkeypatch.setenv(name, value)
    with prepared_system(tmp_path, replace(plan, replaced=replaced), _nobody), listening(portal):
        yield lambda: _run(tmp_path / "config")


def _run(config: Path) -> tuple[int, Findings]:
    result = CliRunner().invoke(commands, ["doctor", "--config", str(config), "--json"])
    findings: Findings = {}
    for found in json.loads(result.stdout):
        findings.setdefault(found["part"], []).append((found["health"], found["sentence"]))
    return result.exit_code, findings


def _nobody(*_: object) -> list[bytes]:
    raise AssertionError("the doctor calls no page of the broker")


@contextmanager
def listening(port: int) -> Iterator[None]:
    """Somebody who takes connections."""
    with socket.create_server(("127.0.0.1", port)):
        yield


def failing(findings: Findings) -> dict[str, str]:
    """The parts that fail, with the sentence."""
    return {
        part: sentence
        for part, found in findings.items()
        for health, sentence in found
        if health == "failure"
    }


def without_mail(findings: dict[str, str]) -> dict[str, str]:
    """Mail has a test of its own: in these deployments no mail server runs."""
    return {part: sentence for part, sentence in findings.items() if part != "mail"}


def test_doctor_finds_a_sound_deployment_sound(examine: Examine) -> None:
    """Every part is tried, and what the sample configuration describes works."""
    _, findings = examine()
    assert without_mail(failing(findings)) == {}
    for part in ("configuration", "database", "tables", "clock", "Redis", "keys", "portal mijn-cz"):
        assert findings[part][0][0] == "good", findings[part]
    assert findings["back channel cz to digid"][0][1].startswith("mutual TLS works (TLSv1.")
    assert findings["back channel zz to eherkenning"][0][1].startswith("mutual TLS works (TLSv1.")
    for part in (
        "saml-signing of cz",
        "saml-signing of zz",
        "saml-encryption of zz",
        "idp-signing of eherkenning",
    ):
        assert findings[f"certificate {part}"][0][0] == "good", part
    assert findings["sms"][0][1].endswith("answers (without TLS)")


def test_doctor_names_a_gateway_for_codes_that_is_away(
    examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People would wait for a text that nobody can send."""
    monkeypatch.setenv("BROKER_SMS__GATEWAY_URL", f"http://127.0.0.1:{free_port()}/api")
    code, findings = examine()
    assert code == 1
    assert failing(findings)["sms"].endswith("no codes go to telephones")


def test_doctor_changes_nothing(examine: Examine, tmp_path: Path) -> None:
    """A database that is not there is not made by looking for it."""
    (tmp_path / "voordeur.sqlite3").rename(tmp_path / "elsewhere.sqlite3")
    for left in tmp_path.glob("voordeur.sqlite3-*"):
        left.unlink()
    code, findings = examine()
    assert code == 1
    assert "broker db upgrade" in failing(findings)["database"]
    assert not (tmp_path / "voordeur.sqlite3").exists()


def test_doctor_names_tables_of_another_version(examine: Examine, tmp_path: Path) -> None:
    """The command that mends it is part of the sentence."""
    with sqlite3.connect(tmp_path / "voordeur.sqlite3") as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    database.close()
    code, findings = examine()
    assert (code, failing(findings)["tables"]) == (1, "are not those of this version; run: broker db upgrade")


def test_doctor_names_a_redis_that_forgets(examine: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Redis that may evict is a Redis on which a code can be used twice."""
    with running_redis("--maxmemory-policy", "allkeys-lru") as redis:
        monkeypatch.setenv("BROKER_STORAGE__REDIS_URL", redis.url)
        code, findings = examine()
    assert code == 1
    assert "set maxmemory-policy noeviction" in failing(findings)["Redis"]


def test_doctor_names_a_redis_that_is_away(examine: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not answer is one finding, and the rest is tried all the same."""
    monkeypatch.setenv("BROKER_STORAGE__REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    code, findings = examine()
    assert code == 1
    assert "does not answer" in failing(findings)["Redis"]
    assert findings["database"] == [("good", "answers")]


def test_doctor_names_a_wrong_key_encryption_key(examine: Examine, tmp_path: Path) -> None:
    """With another key nothing in the database can be read, which is told before anybody logs in."""
    key = tmp_path / "state/keys/key-encryption.key"
    key.unlink()
    findings = examine()[1]
    assert findings["keys"][0][0] == "warning"
    key.write_text("A" * 43 + "=\n", encoding="ascii")
    key.chmod(0o600)
    code, findings = examine()
    assert code == 1
    assert "does not open the data keys" in failing(findings)["keys"]


def test_doctor_names_a_client_certificate_that_the_provider_does_not_take(
    examine: Examine, tmp_path: Path
) -> None:
    """The handshake is done with our certificate, so a refusal shows here and not at the first login."""
    pki = tmp_path / "state/pki"
    key = load_pem_private_key((pki / "broker-tls-client.key").read_bytes(), password=None)
    assert isinstance(key, RSAPrivateKey)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nobody")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=20))
        .sign(key, hashes.SHA256())
    )
    (pki / "broker-tls-client.pem").write_bytes(made.public_bytes(Encoding.PEM))
    code, findings = examine()
    assert code == 1
    assert "the TLS handshake failed" in failing(findings)["back channel cz to digid"]
    [(health, sentence)] = findings["certificate tls-client of digid"]
    assert (health, sentence.partition(":")[0]) == ("warning", "expires in 20 days (warning at 30)")


def test_doctor_warns_of_a_portal_that_is_away(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People reach portals by themselves: it is worth a look, and no failure of ours."""
    for name, value in plan.environment.items():
        monkeypatch.setenv(name, value)
    replaced = {":8401": f":{free_port()}"}
    with prepared_system(tmp_path, replace(plan, replaced=replaced), _nobody):
        findings = _run(tmp_path / "config")[1]
    assert findings["portal mijn-cz"][0][0] == "warning"


def test_doctor_tells_every_fault_of_a_configuration_that_cannot_be_read(tmp_path: Path) -> None:
    """Then there is nothing else to try."""
    code, findings = _run(tmp_path)
    assert code == 1
    assert set(findings) == {"configuration"}


def test_doctor_prints_a_table_for_people(examine: Examine, tmp_path: Path) -> None:
    """One line a part, and the sum at the end."""
    shutil.rmtree(tmp_path / "config/providers")
    result = CliRunner().invoke(commands, ["doctor", "--config", str(tmp_path / "config")])
    assert result.exit_code == 1
    assert "FAIL" in result.stdout
    assert result.stdout.splitlines()[-1].endswith("2 failing")
    assert examine is not None


@pytest.mark.parametrize(
    ("days", "health", "words"),
    [
        (91.0, Health.GOOD, "has 91 days left"),
        (90.0, Health.WARNING, "warning at 90"),
        (30.0, Health.WARNING, "warning at 30"),
        (6.5, Health.WARNING, "warning at 7"),
        (-2.0, Health.FAILURE, "expired 2 days ago"),
    ],
)
def test_days_left_are_judged_at_90_30_and_7(days: float, health: Health, words: str) -> None:
    """The calendar that an operator plans by."""
    finding = judge_days("certificate", days, "renew it")
    assert finding.health is health
    assert words in finding.sentence
