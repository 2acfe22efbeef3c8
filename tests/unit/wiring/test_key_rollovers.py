"""A key and its successor are judged when the broker starts, with every fault at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broker.errors import ConfigurationError
from broker.settings import load_settings
from broker.settings.next_key import NextKey
from broker.wiring.key_rollovers import KeyFiles, rolling_key, rolling_tls
from tests.support.saml.keys import Pair, pair, pair_valid

SAMPLE = Path(__file__).parents[3] / "config"
NOW = datetime.now(UTC)
SOON = NOW + timedelta(days=10)
NEXT_TLS = """
[next_tls_client]
key_file = "../next.key"
certificate_file = "../next.pem"
active_from = {moment}
"""


def expired() -> Pair:
    """A pair whose certificate was good until yesterday."""
    return pair_valid("sp-next", NOW - timedelta(days=30), NOW - timedelta(days=1))


@dataclass(frozen=True)
class Place:
    """A configuration, and a folder with keys beside it."""

    config: Path

    def put(self, name: str, made: Pair) -> None:
        """A pair under a name."""
        made.write(self.config.parent, name)

    def files(self, moment: datetime = SOON) -> KeyFiles:
        """A key called `current`, and one called `next` from that moment on."""
        following = NextKey(
            key_file=Path("../next.key"), certificate_file=Path("../next.pem"), active_from=moment
        )
        return KeyFiles(Path("../current.key"), Path("../current.pem"), following, "digid.next_signing")

    def faults(self, moment: datetime = SOON) -> tuple[str, ...]:
        """What is wrong with the two."""
        with pytest.raises(ConfigurationError) as refused:
            rolling_key(load_settings(self.config, {}), self.files(moment))
        return refused.value.faults


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """The sample configuration, with a current and a next key beside it."""
    made = Place(Path(shutil.copytree(SAMPLE, tmp_path / "config")))
    made.put("current", pair("sp"))
    made.put("next", pair("sp-next"))
    return made


def test_key_comes_with_its_successor(place: Place) -> None:
    """Both are loaded, and the moment is that of the file."""
    rolling = rolling_key(load_settings(place.config, {}), place.files())
    assert rolling.at(SOON - timedelta(seconds=1)).certificate == pair("sp").certificate
    assert rolling.at(SOON).certificate == pair("sp-next").certificate


CASES: Mapping[str, tuple[Callable[[], Pair], datetime, str]] = {
    "same-certificate": (
        lambda: pair("sp"),
        SOON,
        "certificate_file: is the certificate that is in use already",
    ),
    "not-valid-yet": (
        lambda: pair_valid("sp-next", SOON + timedelta(days=1), SOON + timedelta(days=9)),
        SOON,
        "active_from: the certificate is not valid at that moment",
    ),
    "not-valid-any-more": (
        lambda: pair_valid("sp-next", NOW - timedelta(days=1), SOON),
        SOON,
        "active_from: the certificate is not valid at that moment",
    ),
    "has-expired": (expired, NOW - timedelta(days=2), "certificate_file: has expired"),
}


@pytest.mark.parametrize("case", CASES)
def test_successor_that_would_not_work_is_a_fault(case: str, place: Place) -> None:
    """Found at the start instead of on the day."""
    make, moment, fault = CASES[case]
    place.put("next", make())
    (told,) = place.faults(moment)
    assert told.startswith(f"digid.next_signing.{fault}")


def test_every_fault_of_a_rollover_is_told_at_once(place: Place) -> None:
    """Two of one certificate; and two files that cannot be read."""
    place.put("next", expired())
    place.put("current", expired())
    assert len(place.faults()) == 3
    for name in ("current.key", "next.pem"):
        (place.config.parent / name).write_text("noise")
    first, second = place.faults()
    assert "current.key" in first
    assert "next.pem" in second


def test_certificate_of_the_back_channel_has_a_successor_too(place: Place) -> None:
    """Two contexts, and the same judgement of the next certificate."""
    for name, made in (("ca", pair("authority")), ("client", pair("client")), ("next", pair("sp-next"))):
        place.put(name, made)
    file = place.config / "providers/digid.toml"
    words = file.read_text(encoding="utf-8").replace("../var/demo/pki/broker-tls-client", "../client")
    words = words.replace("../var/demo/pki/ca.pem", "../ca.pem")
    file.write_text(words + NEXT_TLS.format(moment=SOON.isoformat()), encoding="utf-8")
    settings = load_settings(place.config, {})
    contexts = rolling_tls(settings, settings.providers["digid"])
    assert contexts.at(SOON - timedelta(seconds=1)) is not contexts.at(SOON)
    place.put("next", pair("client"))
    with pytest.raises(ConfigurationError, match=r"next_tls_client.*in use already"):
        rolling_tls(settings, settings.providers["digid"])
