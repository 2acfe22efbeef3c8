"""The artifact channel against a real TLS server that demands our certificate."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.errors import ConfigurationError
from broker.providers.saml.bounded_answer import ChannelUnavailable
from broker.providers.saml.bytes_rules import MAX_MESSAGE_BYTES
from broker.providers.saml.patience import Patience
from broker.providers.saml.refusal import ChannelRefused
from broker.providers.saml.soap_client import SoapClient, back_channel_context
from tests.support.saml.back_channel import AUTHORITY, BackChannelServer, Reply, running_back_channel
from tests.support.saml.keys import issued_by, pair

XML = (("Content-Type", "text/xml; charset=utf-8"),)
SHORT = Patience(connect_seconds=2, read_seconds=0.2, total_seconds=30)
HURRIED = Patience(connect_seconds=30, read_seconds=30, total_seconds=0.5)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[BackChannelServer]:
    """The other side, with a certificate of the pinned authority."""
    with running_back_channel(tmp_path) as running:
        yield running


def context(folder: Path, *, authority: str = AUTHORITY, client: str = AUTHORITY) -> ssl.SSLContext:
    """Trusting `authority`, showing a certificate issued by `client`."""
    trusted, _ = pair(authority).write(folder, f"trusted-{authority}")
    certificate, key = issued_by(client, "broker").write(folder, f"client-{client}")
    return back_channel_context(trusted, certificate, key)


@pytest.fixture
def client(server: BackChannelServer, tmp_path: Path) -> Iterator[SoapClient]:
    """Ours."""
    made = SoapClient(server.url, context(tmp_path))
    yield made
    made.close()


def test_call_posts_soap_and_gives_the_bytes_back(client: SoapClient, server: BackChannelServer) -> None:
    """text/xml with a SOAPAction, asking for nothing compressed; the answer comes back untouched."""
    server.reply = Reply(body="<ö/>".encode())
    assert client.call(b"<envelope/>") == "<ö/>".encode()
    ((path, headers, body),) = server.seen.requests
    assert (path, body) == ("/saml/idp/resolve_artifact", b"<envelope/>")
    assert headers["Content-Type"] == "text/xml; charset=utf-8"
    assert headers["SOAPAction"] == '"http://www.oasis-open.org/committees/security"'
    assert headers["Accept-Encoding"] == "identity"
    assert "Cookie" not in headers


def test_calls_share_a_connection(client: SoapClient, server: BackChannelServer) -> None:
    """One handshake serves many logins."""
    for _ in range(5):
        client.call(b"<envelope/>")
    assert len(server.seen.requests) == 5
    assert len(server.seen.connections) == 1


def test_server_of_another_authority_is_not_spoken_to(tmp_path: Path) -> None:
    """Only the pinned authority counts, not those that the machine trusts."""
    with running_back_channel(tmp_path, authority="other-authority") as server:
        client = SoapClient(server.url, context(tmp_path))
        with pytest.raises(ChannelUnavailable):
            client.call(b"<secret/>")
        assert server.seen.requests == []
        client.close()


def test_trust_is_not_widened_by_a_call(
    client: SoapClient, server: BackChannelServer, tmp_path: Path
) -> None:
    """The TLS context trusts one authority before and after use: no public ones slip in."""
    pinned = context(tmp_path)
    own = SoapClient(server.url, pinned)
    own.call(b"<envelope/>")
    assert len(pinned.get_ca_certs()) == 1
    own.close()


def test_server_with_another_name_is_not_spoken_to(tmp_path: Path) -> None:
    """The host name in the certificate is checked, also under the right authority."""
    with running_back_channel(tmp_path, host="somebody-else.example") as server:
        client = SoapClient(server.url.replace("127.0.0.1", "localhost"), context(tmp_path))
        with pytest.raises(ChannelUnavailable):
            client.call(b"<secret/>")
        assert server.seen.requests == []
        client.close()


def test_server_refuses_us_without_the_right_certificate(server: BackChannelServer, tmp_path: Path) -> None:
    """Mutual TLS is real: a client certificate of another authority gets nowhere."""
    client = SoapClient(server.url, context(tmp_path, client="other-authority"))
    with pytest.raises(ChannelUnavailable):
        client.call(b"<envelope/>")
    assert server.seen.requests == []
    client.close()


def test_client_certificate_is_not_optional(tmp_path: Path) -> None:
    """A context cannot be made without one, nor a client for plain http."""
    trusted, _ = pair(AUTHORITY).write(tmp_path, "ca")
    with pytest.raises(ConfigurationError, match=r"missing\.pem"):
        back_channel_context(trusted, tmp_path / "missing.pem", tmp_path / "missing.key")
    with pytest.raises(ConfigurationError, match=r"missing-ca\.pem"):
        back_channel_context(tmp_path / "missing-ca.pem", trusted, trusted)
    with pytest.raises(ConfigurationError, match="https"):
        SoapClient("http://127.0.0.1/", context(tmp_path))


REFUSED = {
    "redirect": (Reply(status=302, headers=(*XML, ("Location", "/elsewhere"))), "channel.redirect"),
    "redirect-keeping-the-method": (
        Reply(status=307, headers=(*XML, ("Location", "/elsewhere"))),
        "channel.redirect",
    ),
    "forbidden": (Reply(status=403), "channel.status"),
    "no-content": (Reply(status=204, body=b""), "channel.status"),
    "html": (Reply(headers=(("Content-Type", "text/html"),)), "channel.content-type"),
    "soap-1.2": (Reply(headers=(("Content-Type", "application/soap+xml"),)), "channel.content-type"),
    "no-content-type": (Reply(headers=()), "channel.content-type"),
    "other-charset": (Reply(headers=(("Content-Type", "text/xml; charset=utf-16"),)), "channel.content-type"),
    "compressed": (Reply(headers=(*XML, ("Content-Encoding", "gzip"))), "channel.encoding"),
    "huge": (Reply(body=b"x" * (MAX_MESSAGE_BYTES + 1)), "channel.too-large"),
    "huge-in-chunks": (Reply(body=b"x" * (MAX_MESSAGE_BYTES + 1), chunked=True), "channel.too-large"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_answers_of_another_form_are_refused(
    case: str, client: SoapClient, server: BackChannelServer
) -> None:
    """Each has its code, and nothing is asked a second time or elsewhere."""
    server.reply, code = REFUSED[case]
    with pytest.raises(ChannelRefused) as refused:
        client.call(b"<envelope/>")
    assert refused.value.reason_code == code
    assert [path for path, _, _ in server.seen.requests] == ["/saml/idp/resolve_artifact"]


@pytest.mark.parametrize("content_type", ["text/xml", "TEXT/XML; charset=UTF-8", 'text/xml;charset="utf-8"'])
def test_content_type_in_other_spellings_is_taken(
    content_type: str, client: SoapClient, server: BackChannelServer
) -> None:
    """The controls of the content type rule."""
    server.reply = Reply(headers=(("Content-Type", content_type),))
    assert client.call(b"<envelope/>") == b"<answer/>"


def test_largest_answer_is_taken(client: SoapClient, server: BackChannelServer) -> None:
    """The control of the size rule, also in chunks."""
    body = b"x" * MAX_MESSAGE_BYTES
    for chunked in (False, True):
        server.reply = Reply(body=body, chunked=chunked)
        assert client.call(b"<envelope/>") == body


@pytest.mark.parametrize("part", ["hold_head", "hold_body"])
def test_silence_is_unavailable(part: str, server: BackChannelServer, tmp_path: Path) -> None:
    """A server that says nothing, or stops half-way, is given up on after the agreed patience; asked once."""
    silent = threading.Event()
    server.reply = Reply(hold_head=silent) if part == "hold_head" else Reply(hold_body=silent)
    client = SoapClient(server.url, context(tmp_path), patience=SHORT)
    with pytest.raises(ChannelUnavailable):
        client.call(b"<envelope/>")
    silent.set()
    assert len(server.seen.requests) == 1
    client.close()


def test_answer_that_drips_is_unavailable(server: BackChannelServer, tmp_path: Path) -> None:
    """Never silent for long and never done: the call has its time as a whole, headers included."""
    server.reply = Reply(drips=threading.Event())
    client = SoapClient(server.url, context(tmp_path), patience=HURRIED)
    with pytest.raises(ChannelUnavailable) as away:
        client.call(b"<envelope/>")
    assert away.value.reason_code == "channel.timeout"
    client.close()


@pytest.mark.parametrize("status", [500, 502, 503])
def test_server_errors_are_unavailable(status: int, client: SoapClient, server: BackChannelServer) -> None:
    """The other side is ill: not our message's fault, and still asked once."""
    server.reply = Reply(status=status)
    with pytest.raises(ChannelUnavailable):
        client.call(b"<envelope/>")
    assert len(server.seen.requests) == 1


FAULT = (
    b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
    b"<faultcode>s:Client</faultcode><faultstring>unknown artifact</faultstring>"
    b"</s:Fault></s:Body></s:Envelope>"
)


def test_soap_fault_is_an_answer_that_refuses(client: SoapClient, server: BackChannelServer) -> None:
    """SOAP 1.1 section 6.2 sends it with status 500, yet who says no is there: this is no illness."""
    server.reply = Reply(status=500, body=FAULT)
    with pytest.raises(ChannelRefused) as refused:
        client.call(b"<envelope/>")
    assert refused.value.reason_code == "channel.soap-fault"
    assert "unknown" not in refused.value.detail
    assert len(server.seen.requests) == 1


NO_FAULTS = {
    "nothing": Reply(status=500, body=b""),
    "other-xml": Reply(status=500, body=b"<answer/>"),
    "cut-off": Reply(status=500, body=FAULT[:-8]),
    "no-fault-inside": Reply(status=500, body=FAULT.replace(b"Fault", b"Other")),
    "no-code-inside": Reply(status=500, body=FAULT.replace(b"faultcode", b"code")),
    "something-beside-it": Reply(status=500, body=FAULT.replace(b"<s:Body>", b"<s:Body><other/>")),
    "two-bodies": Reply(status=500, body=FAULT.replace(b"<s:Body>", b"<s:Body/><s:Body>")),
    "another-root": Reply(status=500, body=FAULT.replace(b"Envelope", b"Letter")),
    "soap-1.2": Reply(
        status=500,
        body=FAULT.replace(
            b"http://schemas.xmlsoap.org/soap/envelope/", b"http://www.w3.org/2003/05/soap-envelope"
        ),
    ),
    "comment": Reply(status=500, body=FAULT.replace(b"<s:Body>", b"<s:Body><!-- -->")),
    "html": Reply(status=500, body=FAULT, headers=(("Content-Type", "text/html"),)),
    "compressed": Reply(status=500, body=FAULT, headers=(*XML, ("Content-Encoding", "gzip"))),
    "huge": Reply(status=500, body=FAULT + b" " * MAX_MESSAGE_BYTES),
    "gateway": Reply(status=502, body=FAULT),
    "too-busy": Reply(status=503, body=FAULT),
}


@pytest.mark.parametrize("case", NO_FAULTS)
def test_server_error_without_a_soap_fault_stays_unavailable(
    case: str, client: SoapClient, server: BackChannelServer
) -> None:
    """Only a whole SOAP 1.1 fault with status 500 counts as an answer; all else is illness."""
    server.reply = NO_FAULTS[case]
    with pytest.raises(ChannelUnavailable) as fault:
        client.call(b"<envelope/>")
    assert fault.value.reason_code == "channel.server-error"


def test_nobody_listening_is_unavailable(server: BackChannelServer, tmp_path: Path) -> None:
    """A refused connection."""
    client = SoapClient("https://127.0.0.1:9/", context(tmp_path))
    with pytest.raises(ChannelUnavailable):
        client.call(b"<envelope/>")
    client.close()


def test_proxies_of_the_environment_are_ignored(
    client: SoapClient, server: BackChannelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The back channel goes straight, whatever the environment says."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert client.call(b"<envelope/>") == b"<answer/>"


def test_client_works_on_after_a_refusal(client: SoapClient, server: BackChannelServer) -> None:
    """One bad answer does not spoil the next call."""
    server.reply = Reply(body=b"x" * (MAX_MESSAGE_BYTES + 1), chunked=True)
    with pytest.raises(ChannelRefused):
        client.call(b"<envelope/>")
    server.reply = Reply()
    assert client.call(b"<envelope/>") == b"<answer/>"
