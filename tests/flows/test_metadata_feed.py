"""A deployment whose makelaar publishes its metadata: the operator's commands, and what they tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from broker.cli.main import commands
from broker.settings import load_settings
from broker.worker import jobs_of
from demo.eherkenning.names import HM_ENTITY_ID
from demo.pki import issue, load_pair, write_pair
from tests.support.rollover import PublishedFeed, in_days, running_feed
from tests.support.saml.feed import signed_feed
from tests.support.saml.keys import pair, pair_valid
from tests.support.servers import running_redis
from tests.support.system import Plan, System, prepared_system

pytestmark = pytest.mark.flow
FILE = 'metadata_file = "../state/eherkenning/hm-metadata.xml"\n'
FEED = """
[feed]
url = "{url}"
signer_certificate_files = ["../state/feed-signer.pem"]
copy_file = "../state/copies/hm.xml"
tls_ca_file = "../state/pki/ca.pem"
"""
NEXT_TLS = """
[next_tls_client]
key_file = "../state/pki/{name}.key"
certificate_file = "../state/pki/{name}.pem"
active_from = {moment}
"""
NEXT = """
[eherkenning.next_encryption]
key_file = "../state/pki/zz-eherkenning-signing.key"
certificate_file = "../state/pki/zz-eherkenning-signing.pem"
active_from = {moment}
"""


@dataclass
class Deployment:
    """A configuration with a feed that nobody has fetched yet."""

    system: System
    config: Path
    feed: PublishedFeed
    environment: dict[str, str]

    def publish(self, days: int = 40, signer: str = "feed") -> None:
        """The makelaar's metadata, for so many days."""
        text = (self.system.state / "eherkenning/hm-metadata.xml").read_text(encoding="utf-8")
        until = in_days(datetime.now(UTC), days)
        self.feed.document = signed_feed(text.partition("?>")[2], until, key=pair(signer))

    def run(self, *words: str) -> Result:
        """An operator's command."""
        return CliRunner().invoke(commands, [*words, "--config", str(self.config)], env=self.environment)

    def change(self, file: str, old: str, new: str) -> None:
        """Other words in a file of the configuration."""
        words = (self.config / file).read_text(encoding="utf-8")
        assert old in words
        (self.config / file).write_text(words.replace(old, new, 1), encoding="utf-8")

    def append(self, file: str, words: str) -> None:
        """More words at its end."""
        with (self.config / file).open("a", encoding="utf-8") as out:
            out.write(words)

    def findings(self) -> dict[str, tuple[str, str]]:
        """What the doctor says, by part."""
        told = json.loads(self.run("doctor", "--json").stdout)
        return {one["part"]: (one["health"], one["sentence"]) for one in told}


@pytest.fixture(scope="module")
def stage(
    tmp_path_factory: pytest.TempPathFactory, demo_pki: Path, sqlite_template: bytes
) -> Iterator[Deployment]:
    """Nobody serves; the makelaar's back channel and feed are there."""
    folder = tmp_path_factory.mktemp("feed")
    database = folder / "voordeur.sqlite3"
    database.write_bytes(sqlite_template)
    with running_redis("--appendonly", "no") as redis, running_feed(demo_pki) as feed:
        plan = Plan(demo_pki, redis.url, f"sqlite:///{database}")
        with prepared_system(folder, plan, _nobody) as system:
            pair("feed").write(system.state, "feed-signer")
            yield Deployment(system, folder / "config", feed, plan.environment)


@pytest.fixture
def deployment(stage: Deployment) -> Iterator[Deployment]:
    """With the feed in its configuration, and no copy yet."""
    before = {file: file.read_text(encoding="utf-8") for file in stage.config.rglob("*.toml")}
    stage.change("providers/eherkenning.toml", FILE, f'entity_id = "{HM_ENTITY_ID}"\n')
    stage.append("providers/eherkenning.toml", FEED.format(url=stage.feed.url))
    yield stage
    for file, words in before.items():
        file.write_text(words, encoding="utf-8")
    (stage.system.state / "copies/hm.xml").unlink(missing_ok=True)


def told(result: Result) -> str:
    """What the operator reads: what was printed, and the fault that ended it."""
    return f"{result.output}{result.exception or ''}"


def _nobody(*_: object) -> list[bytes]:
    raise AssertionError("no page is asked for")


def test_first_copy_is_fetched_by_command(deployment: Deployment) -> None:
    """Until then the configuration is not sound; afterwards it is, and the operator's act is written down."""
    deployment.publish()
    before = deployment.run("check")
    assert before.exit_code == 1
    assert "broker metadata fetch" in told(before)
    story = deployment.system.story()
    fetched = deployment.run("metadata", "fetch", "--provider", "eherkenning")
    assert (fetched.exit_code, fetched.output) == (0, "The copy was replaced.\n")
    assert story.kinds() == ["provider-metadata.changed"]
    assert deployment.run("check").exit_code == 0
    again = deployment.run("metadata", "fetch", "--provider", "eherkenning")
    assert (again.exit_code, again.output) == (0, "The copy says the same.\n")


def test_copy_is_not_replaced_by_what_no_pinned_key_signed(deployment: Deployment) -> None:
    """The command says why, and so does the doctor, who also sees that the copy serves."""
    deployment.publish()
    deployment.run("metadata", "fetch", "--provider", "eherkenning")
    deployment.publish(signer="somebody-else")
    refused = deployment.run("metadata", "fetch", "--provider", "eherkenning")
    assert refused.exit_code == 1
    assert "signature.invalid" in told(refused)
    health, sentence = deployment.findings()["metadata feed of eherkenning"]
    assert (health, "the last good copy stays in use" in sentence) == ("warning", True)


def test_operator_may_take_an_older_document_in(deployment: Deployment) -> None:
    """By a word of their own."""
    deployment.publish(days=40)
    deployment.run("metadata", "fetch", "--provider", "eherkenning")
    deployment.publish(days=5)
    refused = deployment.run("metadata", "fetch", "--provider", "eherkenning")
    assert "feed.older" in told(refused)
    taken = deployment.run("metadata", "fetch", "--provider", "eherkenning", "--step-back")
    assert taken.output == "The copy says the same.\n"
    health, sentence = deployment.findings()["certificate idp-metadata of eherkenning"]
    assert (health, "warning at 7" in sentence) == ("warning", True)


def test_provider_without_a_feed_has_nothing_to_fetch(deployment: Deployment) -> None:
    """A plain sentence."""
    answer = deployment.run("metadata", "fetch", "--provider", "digid")
    assert answer.exit_code == 1
    assert "there is no such file, or it has no feed" in told(answer)


def test_calendar_counts_what_comes_next(deployment: Deployment) -> None:
    """The next key, the signer of the feed, the end of the metadata; and a gap between two certificates."""
    deployment.publish()
    deployment.run("metadata", "fetch", "--provider", "eherkenning")
    now, services = datetime.now(UTC), "[[eherkenning.services]]"
    upcoming = NEXT.format(moment=in_days(now, 400).isoformat())
    deployment.change("brands/zz.toml", services, upcoming + services)
    short = pair_valid("feed", now - timedelta(days=1), now + timedelta(days=100))
    short.write(deployment.system.state / "pki", "short")
    for ending in ("key", "pem"):
        deployment.change("brands/zz.toml", f"zz-eherkenning-encryption.{ending}", f"short.{ending}")
    findings = deployment.findings()
    assert findings["certificate saml-encryption-next of zz"][0] == "good"
    health, sentence = findings["certificate saml-encryption of zz"]
    assert (health, "when the next one is used" in sentence) == ("warning", True)
    assert findings["certificate feed-signer of eherkenning"][0] == "good"
    assert "warning at 90" in findings["certificate idp-metadata of eherkenning"][1]
    assert findings["metadata feed of eherkenning"][0] == "good"
    assert findings["metadata feed of eherkenning: our copy"][0] == "good"


@pytest.mark.parametrize(("name", "health"), [("taken", "good"), ("stranger", "warning")])
def test_doctor_tries_the_next_certificate_on_the_back_channel(
    name: str, health: str, deployment: Deployment
) -> None:
    """While there is time to have it registered; the one in use works all the same."""
    deployment.publish()
    deployment.run("metadata", "fetch", "--provider", "eherkenning")
    pki = deployment.system.state / "pki"
    write_pair(pki, "taken", issue(load_pair(pki, "ca"), "taken"))
    pair("somebody-else").write(pki, "stranger")
    upcoming = NEXT_TLS.format(name=name, moment=in_days(datetime.now(UTC), 9).isoformat())
    deployment.append("providers/eherkenning.toml", upcoming)
    findings = deployment.findings()
    part = "back channel zz to eherkenning"
    assert findings[part][0] == "good"
    assert findings[f"{part} with the next certificate"][0] == health


def test_worker_fetches_what_is_due(deployment: Deployment) -> None:
    """Beside its other jobs; what it brought is what the next process starts with."""
    deployment.publish()
    settings = load_settings(deployment.config, deployment.environment)
    jobs = {job.name: job for job in jobs_of(settings, deployment.system.stores)}
    assert jobs["fetch the metadata of eherkenning"].run() == 1
    assert jobs["fetch the metadata of eherkenning"].run() == 0
    assert deployment.run("check").exit_code == 0
