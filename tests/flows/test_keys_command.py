"""`broker keys` on the whole: what an operator sees, and that running servers follow."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode

import pytest
from click.testing import CliRunner
from werkzeug.test import Client

from broker.cli.keys import keys
from broker.errors import ConfigurationError
from tests.support.system import Plan, System

pytestmark = pytest.mark.flow


@pytest.fixture
def run(plan: Plan, own_system: System, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command, in the surroundings of the system."""
    for name, value in plan.environment.items():
        monkeypatch.setenv(name, value)
    return CliRunner()


def _command(run: CliRunner, system: System, *words: str) -> str:
    result = run.invoke(keys, [*words, "--config", str(system.settings.directory)])
    if result.exception is not None:
        raise result.exception
    return result.output


def _published(system: System) -> set[str]:
    answer = Client(system.broker).get("/oauth2/jwks", base_url=system.issuer)
    return {key["kid"] for key in json.loads(answer.data)["keys"] if key["alg"] == "ES256"}


def test_rotation_by_hand_is_refused_too_early_and_followed_without_restart(
    run: CliRunner, own_system: System
) -> None:
    """The server that runs publishes the next key within seconds, and later signs with it."""
    system, story = own_system, own_system.story()
    (first,) = _published(system)
    with pytest.raises(ConfigurationError, match="may sign from"):
        _command(run, system, "rotate", "--algorithm", "ES256")
    system.clock.advance(5)
    (coming,) = _published(system) - {first}
    system.clock.advance(3700)
    assert f"ES256 {coming}: in-use" in _command(run, system, "rotate", "--algorithm", "ES256")
    system.clock.advance(5)
    tokens = system.enter(system.browser())
    assert f'"{coming}"' in _header(tokens.id_token)
    assert first in _published(system)
    assert "signing-key.changed" in story.kinds()


def test_leaked_key_is_gone_and_what_it_signed_is_worthless(run: CliRunner, own_system: System) -> None:
    """The access token of before dies; a new login works."""
    system = own_system
    (leaked,) = _published(system)
    tokens = system.enter(system.browser())
    assert leaked in _command(run, system, "list")
    assert f"{leaked}: destroyed" in _command(run, system, "retire", leaked)
    system.clock.advance(5)
    assert leaked not in _published(system)
    assert system.portal().userinfo(tokens.access_token).status_code == 401
    fresh = system.enter(system.browser())
    assert system.portal().userinfo(fresh.access_token).status_code == 200


def test_unknown_key_is_said_to_be_unknown(run: CliRunner, own_system: System) -> None:
    """One sentence with what to do."""
    with pytest.raises(ConfigurationError, match="broker keys list"):
        _command(run, own_system, "retire", "no-such-key")


def _header(token: str) -> str:
    part = token.partition(".")[0]
    return urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
