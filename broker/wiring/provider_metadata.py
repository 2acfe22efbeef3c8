"""What providers' metadata says: of a file that is read at the start, or of the copy of a feed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from broker.audit.recorder import Auditor
from broker.domain.clock import Clock
from broker.domain.events import ProviderMetadataChanged, ProviderMetadataRefused, Result
from broker.errors import ConfigurationError
from broker.providers.saml.feed_client import fetch_metadata
from broker.providers.saml.feed_copy import FeedCopy, FollowedCopy, Reader
from broker.providers.saml.feed_refresh import Feed, FeedRefresh
from broker.providers.saml.keys import fingerprint_of, load_certificate
from broker.providers.saml.metadata import IdentityProvider, load_identity_provider
from broker.providers.saml.metadata_feed import read_feed
from broker.providers.saml.refusal import AnswerRefused
from broker.settings import Environment, MetadataFeed, ProviderFile, Settings
from broker.settings.model import is_loopback
from broker.wiring.audit import system_auditor
from broker.wiring.faults import named
from broker.wiring.patience import patience_of
from broker.wiring.stores import Stores
from broker.wiring.tls import verifying_context


def metadata_of(settings: Settings, name: str) -> Callable[[], IdentityProvider]:
    """Gives what the metadata of providers/<name>.toml says whenever it is asked.

    Raises `ConfigurationError` when there is nothing to begin with.
    """
    provider = settings.providers[name]
    if provider.feed is not None:
        return _followed(settings, name, provider.feed)
    if provider.metadata_file is None:
        raise ConfigurationError((f"providers/{name}.toml: metadata_file: is missing",))
    with named(f"providers/{name}.toml: metadata_file"):
        found = load_identity_provider(settings.path(provider.metadata_file), provider.entity_id)
    if faults := tuple(_unfit(settings, name, found)):
        raise ConfigurationError(faults)
    return lambda: found


def feeds_of(settings: Settings) -> Iterator[Feed]:
    """Every feed of the configuration; raises `ConfigurationError` when what it needs cannot be read."""
    for name, provider in settings.providers.items():
        if provider.feed is not None:
            yield _feed(settings, name, provider, provider.feed)


def _feed(settings: Settings, name: str, provider: ProviderFile, feed: MetadataFeed) -> Feed:
    roots = None if feed.tls_ca_file is None else settings.path(feed.tls_ca_file)
    context = verifying_context(roots, key="feed.tls_ca_file", file=f"providers/{name}.toml")
    return Feed(
        provider=name,
        fetch=partial(fetch_metadata, feed.url, context, patience_of(provider)),
        read=_reader(settings, name, feed),
        copy=FeedCopy(settings.path(feed.copy_file)),
        every=timedelta(seconds=feed.refresh_seconds),
    )


class _TellAudit:
    """Writes into the audit log what became of one provider's feed."""

    def __init__(self, provider: str, auditor: Auditor) -> None:
        self._provider = provider
        self._auditor = auditor

    def changed(self, before: IdentityProvider | None, after: IdentityProvider) -> None:
        """With the keys that came and those that went."""
        old = set() if before is None else set(map(fingerprint_of, before.certificates))
        new = set(map(fingerprint_of, after.certificates))
        self._auditor.record(
            ProviderMetadataChanged(
                brand=None,
                result=Result.SUCCESS,
                provider=self._provider,
                added=" ".join(sorted(new - old)),
                removed=" ".join(sorted(old - new)),
            )
        )

    def refused(self, reason_code: str) -> None:
        """With the reason."""
        self._auditor.record(
            ProviderMetadataRefused(
                brand=None, result=Result.REFUSED, provider=self._provider, reason=reason_code
            )
        )


def feed_refreshes(settings: Settings, stores: Stores) -> tuple[FeedRefresh, ...]:
    """The work of a worker: one for each feed."""
    auditor = system_auditor(stores)
    return tuple(_refresh(feed, auditor, stores.clock) for feed in feeds_of(settings))


def feed_refresh(settings: Settings, name: str, auditor: Auditor, clock: Clock) -> FeedRefresh:
    """The same for one provider, by name."""
    for feed in feeds_of(settings):
        if feed.provider == name:
            return _refresh(feed, auditor, clock)
    raise ConfigurationError((f"providers/{name}.toml: there is no such file, or it has no feed",))


def _refresh(feed: Feed, auditor: Auditor, clock: Clock) -> FeedRefresh:
    return FeedRefresh(feed, _TellAudit(feed.provider, auditor), clock)


def _followed(settings: Settings, name: str, feed: MetadataFeed) -> Callable[[], IdentityProvider]:
    copy = FeedCopy(settings.path(feed.copy_file))
    try:
        return FollowedCopy(copy, _reader(settings, name, feed)).current
    except AnswerRefused as refusal:
        fault = f"{refusal.detail} ({refusal.reason_code})"
        raise ConfigurationError((f"providers/{name}.toml: feed.copy_file: {fault}",)) from refusal


def _reader(settings: Settings, name: str, feed: MetadataFeed) -> Reader:
    entity_id = settings.providers[name].entity_id or ""
    with named(f"providers/{name}.toml: feed.signer_certificate_files"):
        signers = [load_certificate(settings.path(file)) for file in feed.signer_certificate_files]

    def read(document: bytes) -> IdentityProvider:
        found = read_feed(document, entity_id, signers)
        if faults := (*_unfit(settings, name, found), *_missing_bindings(settings, name, found)):
            raise ConfigurationError(faults)
        return found

    return read


def _unfit(settings: Settings, name: str, found: IdentityProvider) -> Iterator[str]:
    """Why brands of this deployment cannot work with what the metadata says."""
    by_browser = (found.redirect_url, found.post_url, found.logout_redirect_url, found.logout_post_url)
    urls = (*found.resolution_urls.values(), *(url or "" for url in by_browser))
    if settings.broker.environment is Environment.PRODUCTION and any(map(is_loopback, urls)):
        yield f"providers/{name}.toml: is a simulator on this machine, which is for the demo only"


def _missing_bindings(settings: Settings, name: str, found: IdentityProvider) -> Iterator[str]:
    """What a connection would find out at its first login, when the document comes later than the start."""
    urls = {"redirect": found.redirect_url, "post": found.post_url}
    for brand, file in settings.brands.items():
        for connection in (file.digid, file.eherkenning):
            if connection and connection.provider == name and urls[connection.request_binding] is None:
                yield f"offers no {connection.request_binding} binding, which brands/{brand}.toml asks for"
