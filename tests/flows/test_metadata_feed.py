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
from demo.eherkenning.names import HM_ENTITY_ID
from demo.pki import issue, load_pair, write_pair
from tests.support.rollover import PublishedFeed, in_days, running_feed
from tests.support.saml.feed import signed_feed
from tests.support.saml.keys import pair, pair_valid
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

    def publish(self, days: int = 40, signer: str = "feed") -> None:
        """The makelaar's metadata, for so many days."""
        text = (self.system.state / "eherkenning/hm-metadata.xml").read_text(encoding="utf-8")
        until = in_days(datetime.now(UTC), days)
        self.feed.document = signed_feed(text.partition("?>")[2], until, key=pair(signer))

    def run(self, *words: str) -> Result:
        """An operator's command."""
        return CliRunner().invoke(commands, [*words, "--config", str(self.config)])

    def findings(self) -> dict[str, tuple[str, str]]:
        """What the doctor says, by part."""
        told = json.loads(self.run("doctor", "--json").stdout)
        return {one["part"]: (one["health"], one["sentence"]) for one in told}


@pytest.fixture
def deployment(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    """Nobody serves; the makelaar's back channel and feed are there."""
    for name, value in plan.environment.items():
        monkeypatch.setenv(name, value)
    with running_feed(plan.pki) as feed, prepared_system(tmp_path, plan, _nobody) as system:
        config = tmp_path / "config"
        file = config / "providers/eherkenning.toml"
        words = file.read_text(encoding="utf-8")
        assert FILE in words
        words = words.replace(FILE, f'entity_id = "{HM_ENTITY_ID}"\n') + FEED.format(url=feed.url)
        file.write_text(words, encoding="utf-8")
        pair("feed").write(system.state, "feed-signer")
        yield Deployment(system, config, feed)


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
    brand = deployment.config / "brands/zz.toml"
    before, mark, after = brand.read_text(encoding="utf-8").partition("[[eherkenning.services]]")
    upcoming = NEXT.format(moment=in_days(datetime.now(UTC), 400).isoformat())
    brand.write_text(before + upcoming + mark + after, encoding="utf-8")
    now = datetime.now(UTC)
    short = pair_valid("zz-encryption", now - timedelta(days=1), now + timedelta(days=100))
    short.write(deployment.system.state / "pki", "zz-eherkenning-encryption")
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
    pair("stranger").write(pki, "stranger")
    file = deployment.config / "providers/eherkenning.toml"
    upcoming = NEXT_TLS.format(name=name, moment=in_days(datetime.now(UTC), 9).isoformat())
    file.write_text(file.read_text(encoding="utf-8") + upcoming, encoding="utf-8")
    findings = deployment.findings()
    part = "back channel zz to eherkenning"
    assert findings[part][0] == "good"
    assert findings[f"{part} with the next certificate"][0] == health
