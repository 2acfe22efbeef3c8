"""The back channel of a connection: the endpoint of the call, and the certificate of the moment."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from broker.providers.saml.patience import Patience
from broker.providers.saml.rollover import Rollover, Upcoming
from broker.providers.saml.soap_channel import SoapChannel
from broker.providers.saml.soap_client import back_channel_context
from tests.support.saml.back_channel import AUTHORITY, running_back_channel
from tests.support.saml.keys import issued_by, pair

MOMENT = datetime(2027, 1, 15, 9, tzinfo=UTC)


def context(folder: Path, name: str) -> ssl.SSLContext:
    """Shows the certificate of this name."""
    trusted, _ = pair(AUTHORITY).write(folder, "trusted")
    return back_channel_context(trusted, *issued_by(AUTHORITY, name).write(folder, name))


def test_certificate_of_the_moment_is_shown(tmp_path: Path) -> None:
    """Before its moment the next one is not shown; from then on it is, on connections of its own."""
    contexts = Rollover(context(tmp_path, "old"), Upcoming(context(tmp_path, "new"), MOMENT))
    channel = SoapChannel(contexts, Patience())
    with running_back_channel(tmp_path) as server:
        shown = []
        for now in (MOMENT - timedelta(seconds=1), MOMENT, MOMENT):
            channel.call(b"<envelope/>", server.url, now)
            shown.append(server.seen.client)
    assert shown == ["old", "new", "new"]
    assert len(server.seen.connections) == 2


def test_call_goes_to_the_endpoint_that_is_named(tmp_path: Path) -> None:
    """A provider may have several."""
    channel = SoapChannel(Rollover(context(tmp_path, "ours")), Patience())
    with running_back_channel(tmp_path) as server:
        for path in ("/first", "/second"):
            channel.call(b"<envelope/>", server.url.replace("/saml/idp/resolve_artifact", path), MOMENT)
    assert [path for path, _, _ in server.seen.requests] == ["/first", "/second"]
