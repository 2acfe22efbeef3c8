"""Fetching a feed from a real TLS server: once, within limits, from nobody else."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from broker.providers.saml.bounded_answer import ChannelUnavailable
from broker.providers.saml.bytes_rules import MAX_MESSAGE_BYTES
from broker.providers.saml.feed_client import fetch_metadata
from broker.providers.saml.patience import Patience
from broker.providers.saml.refusal import ChannelRefused
from broker.providers.saml.soap_client import back_channel_context
from tests.support.saml.back_channel import AUTHORITY, BackChannelServer, Reply, running_back_channel
from tests.support.saml.keys import issued_by, pair

PATIENCE = Patience(connect_seconds=30, read_seconds=30, total_seconds=30)
SHORT = Patience(connect_seconds=30, read_seconds=0.2, total_seconds=30)
HURRIED = Patience(connect_seconds=30, read_seconds=30, total_seconds=0.5)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[BackChannelServer]:
    """The other side; that it wants a client certificate makes no difference here."""
    with running_back_channel(tmp_path) as running:
        yield running


def context(folder: Path, authority: str = AUTHORITY) -> ssl.SSLContext:
    """Trusts `authority` alone."""
    trusted, _ = pair(authority).write(folder, f"trusted-{authority}")
    return back_channel_context(trusted, *issued_by(AUTHORITY, "broker").write(folder, "client"))


def test_feed_is_fetched_with_one_plain_question(server: BackChannelServer, tmp_path: Path) -> None:
    """The bytes as they came; nothing is compressed and nothing of ours is told."""
    server.reply = Reply(body=b"<feed/>", headers=(("Content-Type", "application/samlmetadata+xml"),))
    assert fetch_metadata(f"{server.url}?all=1", context(tmp_path), PATIENCE) == b"<feed/>"
    ((path, headers, body),) = server.seen.requests
    assert (path, body) == ("/saml/idp/resolve_artifact?all=1", b"")
    assert headers["Accept-Encoding"] == "identity"
    assert "Cookie" not in headers


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(status=302, headers=(("Location", "https://127.0.0.1:1/"),)), "channel.redirect"),
        (Reply(status=404), "channel.status"),
        (Reply(status=500), "channel.status"),
        (Reply(headers=(("Content-Encoding", "gzip"),)), "channel.encoding"),
        (Reply(body=b"x" * (MAX_MESSAGE_BYTES + 1)), "channel.too-large"),
        (Reply(body=b"x" * (MAX_MESSAGE_BYTES + 1), chunked=True), "channel.too-large"),
    ],
)
def test_answer_that_is_no_document_is_refused(
    reply: Reply, code: str, server: BackChannelServer, tmp_path: Path
) -> None:
    """Redirects are not followed, errors and floods are not read."""
    server.reply = replace(reply)
    with pytest.raises(ChannelRefused) as refused:
        fetch_metadata(server.url, context(tmp_path), PATIENCE)
    assert refused.value.reason_code == code
    assert len(server.seen.requests) == 1


def test_silent_server_is_given_up(server: BackChannelServer, tmp_path: Path) -> None:
    """The worker has other work."""
    server.reply = Reply(hold_head=threading.Event())
    with pytest.raises(ChannelUnavailable) as away:
        fetch_metadata(server.url, context(tmp_path), SHORT)
    assert away.value.reason_code == "channel.timeout"


def test_server_that_drips_is_given_up(server: BackChannelServer, tmp_path: Path) -> None:
    """A header that grows by a byte now and then holds no worker."""
    server.reply = Reply(drips=threading.Event())
    with pytest.raises(ChannelUnavailable) as away:
        fetch_metadata(server.url, context(tmp_path), HURRIED)
    assert away.value.reason_code == "channel.timeout"


def test_server_of_another_authority_is_not_read(server: BackChannelServer, tmp_path: Path) -> None:
    """TLS keeps strangers out, before any signature is looked at."""
    with pytest.raises(ChannelUnavailable) as away:
        fetch_metadata(server.url, context(tmp_path, "other-authority"), PATIENCE)
    assert away.value.reason_code == "channel.tls"
    assert server.seen.requests == []
