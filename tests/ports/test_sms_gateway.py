"""The way to telephones against real servers: what goes out, what answers mean, and against bad ones."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from broker.notify.gateway import SmsGateway
from broker.notify.ports import RefusedForGood, RefusedForNow, SendingFailed, ServerAway
from broker.notify.sms import PhoneMessage
from broker.notify.sms_gateway import SmsGatewayTransport
from broker.storage.messages import Channel
from demo.clock import DemoClock
from demo.outbox.gateway import create_gateway
from demo.outbox.messages import MessageStore
from demo.serving import listen
from tests.demo.standins import free_port
from tests.support.sms_gateway import API_KEY, GatewayDesk, gateway_transport, running_gateway

NUMBER, TEXT = "+31612345601", "123456 is uw code. Deel deze code met niemand."
SMS = PhoneMessage(Channel.SMS, NUMBER, TEXT)
VOICE = PhoneMessage(Channel.VOICE, NUMBER, "Uw code is: 1, 2, 3, 4, 5, 6.")


@pytest.fixture
def desk() -> GatewayDesk:
    """Where it all arrives."""
    return GatewayDesk()


@pytest.fixture
def server_tls(demo_pki: Path) -> ssl.SSLContext:
    """The server's side, with a certificate for this machine."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    folder = demo_pki / "pki"
    context.load_cert_chain(folder / "digid-backchannel.pem", folder / "digid-backchannel.key")
    return context


@pytest.fixture
def trusting(demo_pki: Path) -> ssl.SSLContext:
    """Our side, that trusts the throw-away authority."""
    return ssl.create_default_context(cafile=demo_pki / "pki" / "ca.pem")


def test_text_and_call_go_out_as_the_interface_says(desk: GatewayDesk) -> None:
    """Number, sender, words and the key that makes it one message, however often it comes."""
    with running_gateway(desk) as port:
        gateway_transport(port).send(SMS, idempotency_key="k1")
        gateway_transport(port).send(VOICE, idempotency_key="k2")
    sms, voice = desk.taken
    assert (sms.path, voice.path) == ("/api/sms", "/api/voice")
    assert sms.body == {"to": NUMBER, "from": "Voordeur", "text": TEXT, "idempotency_key": "k1"}
    assert sms.headers["idempotency-key"] == "k1"
    assert sms.headers["authorization"] == f"Bearer {API_KEY}"
    assert sms.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "kind", "fault"),
    [
        (400, RefusedForGood, "gateway-refused-400"),
        (409, RefusedForGood, "gateway-refused-409"),
        (422, RefusedForGood, "gateway-refused-422"),
        (408, RefusedForNow, "gateway-later-408"),
        (429, RefusedForNow, "gateway-later-429"),
        (500, RefusedForNow, "gateway-later-500"),
        (503, RefusedForNow, "gateway-later-503"),
        (401, ServerAway, "gateway-key-refused-401"),
        (403, ServerAway, "gateway-key-refused-403"),
        (302, ServerAway, "gateway-elsewhere-302"),
        (307, ServerAway, "gateway-elsewhere-307"),
    ],
)
def test_answer_decides_what_becomes_of_the_message(
    desk: GatewayDesk, status: int, kind: type[SendingFailed], fault: str
) -> None:
    """Dead, later, or nothing goes out here until somebody mends it; a redirect is not followed."""
    desk.answers.append(status)
    with running_gateway(desk) as port, pytest.raises(SendingFailed) as failed:
        gateway_transport(port).send(SMS, idempotency_key="k1")
    assert (type(failed.value), failed.value.fault) == (kind, fault)
    assert desk.taken == []


def test_gateway_that_is_not_there_is_away() -> None:
    """Later, then; and the fault names neither number nor text."""
    with pytest.raises(ServerAway) as failed:
        gateway_transport(free_port()).send(SMS, idempotency_key="k1")
    assert failed.value.fault == "gateway-no-answer"
    assert failed.value.__cause__ is None


def test_gateway_that_says_nothing_is_away(desk: GatewayDesk) -> None:
    """Nobody waits for ever; it may have taken the message, which the key makes harmless."""
    desk.silent = threading.Event()
    with running_gateway(desk) as port, pytest.raises(ServerAway) as failed:
        gateway_transport(port, timeout_seconds=0.2).send(SMS, idempotency_key="k1")
    assert failed.value.fault == "gateway-timeout"


def test_message_goes_out_by_tls(
    desk: GatewayDesk, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    """To whom we trust."""
    with running_gateway(desk, tls=server_tls) as port:
        gateway_transport(port, scheme="https", context=trusting).send(SMS, idempotency_key="k1")
    assert len(desk.taken) == 1


def test_gateway_with_a_strangers_certificate_gets_nothing(
    desk: GatewayDesk, server_tls: ssl.SSLContext
) -> None:
    """The certificate is checked against who we trust, and no library's own list widens that."""
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with running_gateway(desk, tls=server_tls) as port, pytest.raises(ServerAway) as failed:
        gateway_transport(port, scheme="https", context=nobody).send(SMS, idempotency_key="k1")
    assert failed.value.fault == "gateway-tls"
    assert desk.taken == []


def test_proxy_of_the_environment_gets_nothing(desk: GatewayDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes go to the gateway that is configured and nowhere else."""
    other = GatewayDesk()
    with running_gateway(desk) as port, running_gateway(other) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy}")
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy}")
        gateway_transport(port).send(SMS, idempotency_key="k1")
    assert (len(desk.taken), len(other.taken)) == (1, 0)


def test_key_of_the_gateway_is_not_printed() -> None:
    """Neither in a log nor in a trace."""
    gateway = SmsGateway("https://sms.example", "CZ", ssl.create_default_context(), 5.0, API_KEY)
    assert API_KEY not in repr(gateway)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[tuple[MessageStore, int]]:
    """The gateway of the demo's outbox, served; what arrived there and its port."""
    store = MessageStore()
    app = Flask("outbox of a test")
    app.register_blueprint(create_gateway(store, DemoClock(tmp_path / "offset")))
    server = listen(app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield store, server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def test_outbox_of_the_demo_takes_texts_and_calls_once(outbox: tuple[MessageStore, int]) -> None:
    """The same key again is the same message."""
    store, port = outbox
    transport: SmsGatewayTransport = gateway_transport(port)
    for _ in range(2):
        transport.send(SMS, idempotency_key="k1")
        transport.send(VOICE, idempotency_key="k2")
    arrived = [(message.channel.value, message.to, message.text) for message in store.newest_first()]
    assert sorted(arrived) == sorted([("sms", NUMBER, TEXT), ("voice", NUMBER, VOICE.text)])
    assert store.newest_first()[0].sent_at <= datetime.now(UTC)


def test_outbox_of_the_demo_refuses_another_message_under_the_same_key(
    outbox: tuple[MessageStore, int],
) -> None:
    """Which is for good: trying again would not help."""
    transport = gateway_transport(outbox[1])
    transport.send(SMS, idempotency_key="k1")
    with pytest.raises(RefusedForGood) as failed:
        transport.send(PhoneMessage(Channel.SMS, NUMBER, "another"), idempotency_key="k1")
    assert failed.value.fault == "gateway-refused-409"
