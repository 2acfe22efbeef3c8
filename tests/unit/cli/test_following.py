"""When a process takes a published configuration over, and what it tells of that."""

from __future__ import annotations

import pytest

from broker.cli.doctor.findings import Health
from broker.cli.doctor.generations import check_generations
from broker.cli.following import Following, generations_of, next_settings
from broker.errors import ConfigurationError
from broker.storage.configuration_generations import ConfigurationGenerations, Follower
from tests.support.system import System


@pytest.fixture
def generations(own_system: System) -> ConfigurationGenerations:
    """Nothing is published, and nothing runs."""
    return generations_of(own_system.stores)


def one(generations: ConfigurationGenerations) -> Follower:
    """What the only process has told."""
    (follower,) = generations.followers()
    return follower


def test_process_takes_over_what_is_published_after_its_start(generations: ConfigurationGenerations) -> None:
    """What was published before is what its files said when it read them."""
    generations.publish(3)
    following = Following(generations, "serve")
    assert following.news() is None
    generations.publish(4)
    assert following.news() == 4
    following.took(4)
    assert following.news() is None
    assert (one(generations).works_with, one(generations).refused) == (4, None)


def test_process_that_refuses_stays_until_another_one_is_published(
    generations: ConfigurationGenerations,
) -> None:
    """It does not try the same again and again."""
    following = Following(generations, "serve")
    generations.publish(1)
    following.refused(1, ("portals/x.toml: brand: is missing",))
    assert following.news() is None
    assert (one(generations).works_with, one(generations).refused) == (0, 1)
    generations.publish(2)
    assert following.news() == 2


def test_generation_that_is_lost_changes_nothing_and_the_next_one_counts(
    generations: ConfigurationGenerations, own_system: System
) -> None:
    """Redis may forget; a number that is lower than ours is news all the same."""
    generations.publish(5)
    following = Following(generations, "serve")
    for _, server in own_system.stores.redis.each_server():
        server.flushall()
    assert following.news() is None
    generations.publish(1)
    assert following.news() == 1


def test_process_that_was_not_able_to_take_over_tries_again(generations: ConfigurationGenerations) -> None:
    """Without a word from it nothing is decided."""
    following = Following(generations, "worker")
    generations.publish(1)
    assert [following.news(), following.news()] == [1, 1]


def test_process_tells_that_it_is_there_now_and_then(generations: ConfigurationGenerations) -> None:
    """Not at each look, and no more when it ends."""
    seconds = [0.0]
    following = Following(generations, "worker", now=lambda: seconds[0])
    following.news()
    name = one(generations).name
    assert name.startswith("broker worker, process ")
    generations.forget(name)
    seconds[0] += 1
    following.news()
    assert generations.followers() == ()
    seconds[0] += 5
    following.news()
    assert one(generations).name == name
    following.end()
    assert generations.followers() == ()


def test_doctor_tells_who_stays_behind(generations: ConfigurationGenerations, own_system: System) -> None:
    """And what to do about it; nothing where nobody runs."""
    assert list(check_generations(own_system.settings)) == []
    generations.publish(2)
    generations.tell(Follower("a", 2))
    generations.tell(Follower("b", 1, refused=2))
    generations.tell(Follower("c", 1))
    good, refused, slow = check_generations(own_system.settings)
    assert (good.health, refused.health, slow.health) == (Health.GOOD, Health.FAILURE, Health.FAILURE)
    assert "a works with generation 2" in good.sentence
    assert "b still works with generation 1, and 2 is published; its files had faults" in refused.sentence
    assert "its log says why" in slow.sentence


@pytest.mark.parametrize(
    ("variable", "value", "section"),
    [
        ("BROKER_STORAGE__REDIS_URL", "redis://elsewhere.example/0", "storage"),
        ("BROKER_KEYS__KEY_ENCRYPTION_KEY_FILE", "other.key", "keys"),
        ("BROKER_METRICS__BIND", "127.0.0.1:9000", "metrics"),
        ("BROKER_CLOCK__OFFSET_FILE", "elsewhere", "clock"),
        ("BROKER_ENVIRONMENT", "production", "environment"),
    ],
)
def test_what_cannot_change_while_a_process_runs_is_refused(
    own_system: System, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, section: str
) -> None:
    """By name, among the faults; everything else of broker.toml may."""
    before = own_system.settings.broker
    storage = before.storage
    monkeypatch.setenv("BROKER_STORAGE__DATABASE_URL", storage.database_url)
    monkeypatch.setenv("BROKER_STORAGE__REDIS_URL", storage.redis_url)
    monkeypatch.setenv("BROKER_LIMITS__LOGINS_BEGUN_A_MINUTE", "7")
    config = own_system.settings.directory
    assert next_settings(config, before).directory == config
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError) as refused:
        next_settings(config, before)
    if section != "environment":
        assert f"broker.toml: {section}: changes at a start" in " ".join(refused.value.faults)
