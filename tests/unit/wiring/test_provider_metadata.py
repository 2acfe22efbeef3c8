"""Metadata that this deployment cannot work with is no metadata, whoever signed it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broker.errors import ConfigurationError
from broker.settings import Environment, MetadataFeed, Settings, load_settings
from broker.wiring.provider_metadata import feeds_of, metadata_of
from tests.support.saml.feed import signed_feed
from tests.support.saml.keys import pair
from tests.unit.providers.test_metadata import (
    POST,
    REDIRECT,
    RESOLUTION,
    key_descriptor,
    metadata_text,
    plain,
)

SAMPLE = Path(__file__).parents[3] / "config"
ENTITY_ID = "https://was.digid.sim.example/saml/idp/metadata"
UNTIL = datetime.now(UTC) + timedelta(days=7)
LOCAL = REDIRECT.replace("digid.example", "127.0.0.1:8100")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The sample, with eHerkenning's metadata from a feed and DigiD's from a file."""
    loaded = load_settings(Path(shutil.copytree(SAMPLE, tmp_path / "config")), {})
    signer, _ = pair("feed").write(tmp_path, "feed")
    feed = MetadataFeed(
        url="https://hm.example/metadata", signer_certificate_files=(signer,), copy_file=tmp_path / "copy.xml"
    )
    changes: dict[str, dict[str, object]] = {
        "eherkenning": {"metadata_file": None, "feed": feed, "entity_id": ENTITY_ID},
        "digid": {"metadata_file": tmp_path / "digid.xml"},
    }
    providers = {
        name: provider.model_copy(update=changes[name]) for name, provider in loaded.providers.items()
    }
    return replace(loaded, providers=providers)


def in_production(settings: Settings) -> Settings:
    """The same where no simulator is allowed."""
    broker = settings.broker.model_copy(update={"environment": Environment.PRODUCTION})
    return replace(settings, broker=broker)


@pytest.mark.parametrize("local", [LOCAL, LOCAL.replace("SingleSignOnService", "SingleLogoutService")])
def test_simulator_is_refused_in_production(settings: Settings, tmp_path: Path, local: str) -> None:
    """By file and by feed: an address on this machine vouches for nobody."""
    text = metadata_text(key_descriptor(), RESOLUTION, local, POST)
    (tmp_path / "digid.xml").write_text(text, encoding="utf-8")
    (tmp_path / "copy.xml").write_bytes(signed_feed(plain(text), UNTIL))
    for name in ("digid", "eherkenning"):
        assert metadata_of(settings, name)().entity_id == ENTITY_ID
        with pytest.raises(ConfigurationError, match="simulator on this machine"):
            metadata_of(in_production(settings), name)


def test_feed_must_offer_what_a_brand_asks_for(settings: Settings) -> None:
    """Otherwise the copy would be replaced by one with which nobody can log in."""
    (feed,) = feeds_of(settings)
    sound = feed.read(signed_feed(plain(metadata_text(key_descriptor(), RESOLUTION, POST)), UNTIL))
    assert sound.redirect_url is None
    with pytest.raises(ConfigurationError, match=r"offers no post binding, which brands/zz\.toml asks for"):
        feed.read(signed_feed(plain(metadata_text(key_descriptor(), RESOLUTION, REDIRECT)), UNTIL))


def test_copy_that_no_pinned_key_signed_names_its_file(settings: Settings, tmp_path: Path) -> None:
    """At the start, in the words of a fault of the configuration."""
    inside = plain(metadata_text(key_descriptor(), RESOLUTION, POST))
    (tmp_path / "copy.xml").write_bytes(signed_feed(inside, UNTIL, key=pair("somebody-else")))
    with pytest.raises(ConfigurationError, match=r"eherkenning\.toml: feed\.copy_file: .*signature\.invalid"):
        metadata_of(settings, "eherkenning")
