"""The audit log around a login: it holds, it is proved elsewhere, and without it nobody gets in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from broker.cli.main import commands
from broker.errors import ConfigurationError
from broker.wiring.audit import AuditRoom
from tests.support.system import Plan, System
from tests.support.system_fixtures import SystemMaker

pytestmark = pytest.mark.flow
ADDRESS = {"source_address": "127.0.0.1"}


@pytest.fixture
def system(plan: Plan, make_system: SystemMaker, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    """A system of its own, on which commands can be run."""
    for name, value in plan.environment.items():
        monkeypatch.setenv(name, value)
    with make_system(plan) as running:
        yield running


def _run(system: System, *arguments: object) -> Result:
    words = [*(str(word) for word in arguments), "--config", str(system.settings.directory)]
    return CliRunner().invoke(commands, ["audit", *words], catch_exceptions=False)


def _room(system: System) -> AuditRoom:
    return AuditRoom(system.stores.database, system.stores.keys.columns, system.stores.clock)


def _sign(system: System) -> None:
    assert _room(system).checkpointer.run() == 1


def _change(system: System, *statements: str) -> None:
    with system.stores.database.writing() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_login_is_in_a_whole_chain_with_its_address_sealed(system: System, tmp_path: Path) -> None:
    """The address is in no column and in no export, until somebody who may see it asks."""
    system.enter(system.browser())
    _sign(system)
    verified = _run(system, "verify")
    assert (verified.exit_code, verified.output.split(":")[0]) == (0, "Whole")
    plain, opened = tmp_path / "plain.jsonl", tmp_path / "opened.jsonl"
    assert _run(system, "export", "--output", plain).exit_code == 0
    assert _run(system, "export", "--output", opened, "--personal").exit_code == 0
    assert "127.0.0.1" not in plain.read_text(encoding="utf-8")
    told = [json.loads(line) for line in opened.read_text(encoding="utf-8").splitlines()]
    events = {line["kind"]: line for line in told if line["type"] == "event"}
    assert events["login.granted"]["personal"] == events["login.started"]["personal"] == ADDRESS
    assert events["login.granted"]["person"] == events["login.granted"]["actor_id"]
    assert events["login.started"]["person"].startswith("visitors/")
    assert events["login.granted"]["support_code"]
    assert plain.stat().st_mode & 0o777 == 0o600


def test_addresses_of_unknown_visitors_are_erased_up_to_a_month(system: System, tmp_path: Path) -> None:
    """Nobody opens them any more; those of people with an account stay, and the log is whole."""
    system.enter(system.browser())
    next_month = (system.clock().replace(day=28) + timedelta(days=4)).isoformat()
    erased = _run(system, "erase-visitors", "--before", next_month, "--yes")
    assert erased.exit_code == 0
    assert "month(s) are erased" in erased.output
    _sign(system)
    assert _run(system, "verify").exit_code == 0
    opened = tmp_path / "opened.jsonl"
    assert _run(system, "export", "--output", opened, "--personal").exit_code == 0
    told = [json.loads(line) for line in opened.read_text(encoding="utf-8").splitlines()]
    events = {line["kind"]: line for line in told if line["type"] == "event"}
    assert events["login.started"]["person"].startswith("visitors/")
    assert events["login.started"].get("personal") is None
    assert events["login.granted"]["personal"] == ADDRESS
    assert "audit.visitors-erased" in events


def test_first_month_that_stays_is_the_one_that_was_written(system: System) -> None:
    """Midnight of its first day is in the month before, in UTC; that is not what the operator wrote."""
    story, month = system.story(), f"{system.clock():%Y-%m}"
    _run(system, "erase-visitors", "--before", f"{month}-01T00:00+02:00", "--yes")
    assert story.last().detail["before"] == month


def test_export_is_proved_without_the_database(system: System, tmp_path: Path) -> None:
    """The public key is enough; one changed letter is found; the export is itself an event."""
    system.enter(system.browser())
    _sign(system)
    file, key = tmp_path / "log.jsonl", tmp_path / "key.pem"
    key.write_text(_run(system, "key").output, encoding="utf-8")
    story = system.story()
    assert "--after 1" in _run(system, "export", "--output", file).output
    assert story.kinds() == ["audit.exported"]
    assert _run(system, "verify", "--file", file, "--checkpoint-key", key).exit_code == 0
    file.write_text(file.read_text(encoding="utf-8").replace("mijn-cz", "mijn-xx", 1), encoding="utf-8")
    found = _run(system, "verify", "--file", file, "--checkpoint-key", key)
    assert found.exit_code == 1
    assert found.output.startswith("brand cz lane 0 row 1 (")


def test_verification_names_what_was_changed(system: System) -> None:
    """An operator reads which row it is; from a checkpoint after it, the rest is whole."""
    system.enter(system.browser())
    _sign(system)
    _change(
        system,
        "DROP TRIGGER audit_events_no_update",
        "UPDATE audit_events SET result = 'refused' WHERE sequence = 2 AND brand = 'cz'",
    )
    found = _run(system, "verify")
    assert found.exit_code == 1
    assert "brand cz lane 0 row 2 (" in found.output
    assert "NOT WHOLE: 1 finding(s)" in found.output
    assert _run(system, "verify", "--since", "2100-01-01T00:00Z").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("verify", "--file", "x"), "needs --checkpoint-key"),
        (("verify", "--since", "yesterday"), "ISO 8601"),
        (("verify", "--since", "2026-11-20T09:00"), "offset"),
        (("verify", "--checkpoint-key", "config/broker.toml"), "P-256 public key"),
        (("export", "--after", "99"), "the last checkpoint is 0"),
        (("key",), "no key yet"),
        (("erase-visitors", "--yes", "--before", "2026-06-01"), "offset"),
    ],
)
def test_wrong_use_is_told(system: System, arguments: tuple[str, ...], fault: str) -> None:
    """What cannot be done is a sentence that names the option."""
    with pytest.raises(ConfigurationError, match=fault):
        _run(system, *arguments)


def test_nobody_gets_in_when_the_event_cannot_be_written(system: System) -> None:
    """B6-13: the log breaks while a person is at DigiD; the answer is a page, no code and no session."""
    browser = system.browser()
    browser.open(system.portal().begin().url)
    browser.press("Inloggen met DigiD")
    system.reach_sms_code(browser)
    _change(system, "ALTER TABLE audit_events RENAME TO audit_events_away")
    refused = browser.press("Inloggen", code=system.phone.last_code())
    assert (refused.status, "code=" in refused.url) == (503, False)
    _change(system, "ALTER TABLE audit_events_away RENAME TO audit_events")
    again = browser.open(system.portal().begin(prompt="none").url)
    assert "error=login_required" in again.url
