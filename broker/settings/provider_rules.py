"""Rules for where a provider's metadata comes from: one function a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from broker.settings.broker_file import Environment
from broker.settings.model import is_loopback
from broker.settings.provider_file import MetadataFeed

if TYPE_CHECKING:
    from broker.settings.load import Settings


def _feeds(settings: Settings) -> Iterator[tuple[str, MetadataFeed]]:
    for name, provider in settings.providers.items():
        if provider.feed is not None:
            yield f"providers/{name}.toml: feed", provider.feed


def _metadata_comes_from_one_place(settings: Settings) -> Iterator[str]:
    for name, provider in settings.providers.items():
        where = f"providers/{name}.toml"
        if (provider.metadata_file is None) == (provider.feed is None):
            yield f"{where}: give either metadata_file or [feed]"
        if provider.feed is not None and provider.entity_id is None:
            yield f"{where}: entity_id: is needed with a feed, whoever else may be in it"


def _feeds_are_fetched_over_tls(settings: Settings) -> Iterator[str]:
    production = settings.broker.environment is Environment.PRODUCTION
    for where, feed in _feeds(settings):
        if urlsplit(feed.url).scheme != "https":
            yield f"{where}.url: must be https"
        if production and is_loopback(feed.url):
            yield f"{where}.url: points at this machine, which is for the demo only"


def _copies_differ(settings: Settings) -> Iterator[str]:
    seen: dict[str, str] = {}
    for where, feed in _feeds(settings):
        file = str(settings.path(feed.copy_file))
        if other := seen.get(file):
            yield f"{where}.copy_file: is the same as that of {other}"
        seen[file] = where


PROVIDER_RULES: Final[tuple[Callable[[Settings], Iterator[str]], ...]] = (
    _metadata_comes_from_one_place,
    _feeds_are_fetched_over_tls,
    _copies_differ,
)
