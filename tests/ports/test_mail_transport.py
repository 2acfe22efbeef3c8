"""The mail transport against real servers: in the clear, by STARTTLS, by TLS, and against bad ones."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from broker.notify.ports import Envelope, RefusedForGood, RefusedForNow, ServerAway
from broker.notify.smtp import Credentials, Protection
from tests.support.mailbox import Mailbox, listening, smtp_transport

CONTENT = b"Subject: test\r\n\r\ntest\r\n"
ENVELOPE = Envelope("noreply@cz.example", "jelle@post.example", CONTENT)


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


def test_mail_goes_out_in_the_clear_where_that_is_configured() -> None:
    """The demo."""
    mailbox = Mailbox()
    with listening(mailbox) as port:
        smtp_transport(port).send(ENVELOPE)
    assert [(one.recipient, one.encrypted) for one in mailbox.received] == [("jelle@post.example", False)]


def test_mail_goes_out_by_starttls_with_a_password(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    """The usual relay: encrypted first, then the password."""
    mailbox = Mailbox()
    known = Credentials("broker", "the-password")
    with listening(
        mailbox, tls_context=server_tls, require_starttls=True, authenticator=mailbox.authenticate
    ) as port:
        smtp_transport(port, protection=Protection.STARTTLS, context=trusting, credentials=known).send(
            ENVELOPE
        )
    assert [one.encrypted for one in mailbox.received] == [True]
    assert mailbox.logins == ["broker"]
    assert "the-password" not in repr(known)


def test_mail_goes_out_by_tls(server_tls: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    """Encrypted from the first byte."""
    mailbox = Mailbox()
    with listening(mailbox, implicit_tls=server_tls) as port:
        smtp_transport(port, protection=Protection.TLS, context=trusting).send(ENVELOPE)
    assert [one.encrypted for one in mailbox.received] == [True]


@pytest.mark.parametrize("protection", [Protection.STARTTLS, Protection.TLS])
def test_server_that_offers_no_tls_gets_nothing(protection: Protection, trusting: ssl.SSLContext) -> None:
    """Nobody on the way can strip the protection off."""
    mailbox = Mailbox()
    with listening(mailbox) as port, pytest.raises(ServerAway):
        smtp_transport(port, protection=protection, context=trusting).send(ENVELOPE)
    assert mailbox.received == []


@pytest.mark.parametrize("protection", [Protection.STARTTLS, Protection.TLS])
def test_server_with_a_strangers_certificate_gets_nothing(
    protection: Protection, server_tls: ssl.SSLContext
) -> None:
    """The certificate is checked against who we trust."""
    mailbox = Mailbox()
    how = {"tls_context": server_tls} if protection is Protection.STARTTLS else {"implicit_tls": server_tls}
    with listening(mailbox, **how) as port, pytest.raises(ServerAway) as away:
        smtp_transport(port, protection=protection).send(ENVELOPE)
    assert mailbox.received == []
    assert away.value.fault.endswith("SSLCertVerificationError")


def test_wrong_password_is_the_servers_no_to_everything(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    """No message is given up for it: an operator mends it and all goes out."""
    mailbox = Mailbox()
    wrong = Credentials("broker", "not-the-password")
    with (
        listening(mailbox, tls_context=server_tls, authenticator=mailbox.authenticate) as port,
        pytest.raises(ServerAway) as away,
    ):
        smtp_transport(port, protection=Protection.STARTTLS, context=trusting, credentials=wrong).send(
            ENVELOPE
        )
    assert away.value.fault.startswith("greet-")
    assert mailbox.received == []


@pytest.mark.parametrize(
    ("answer", "kind", "fault"),
    [
        ("451 try later, jelle@post.example", RefusedForNow, "message-refused-451"),
        ("554 no jelle@post.example here", RefusedForGood, "message-refused-554"),
    ],
)
def test_what_the_server_says_becomes_a_code(answer: str, kind: type[Exception], fault: str) -> None:
    """Its words may hold the address, so they go nowhere."""
    mailbox = Mailbox(answers=[answer])
    with listening(mailbox) as port, pytest.raises(kind) as refused:
        smtp_transport(port).send(ENVELOPE)
    assert str(refused.value) == fault


def test_server_that_is_not_there_is_told_as_such() -> None:
    """Nobody listens on the port any more."""
    with listening(Mailbox()) as port:
        pass
    with pytest.raises(ServerAway) as away:
        smtp_transport(port).send(ENVELOPE)
    assert away.value.fault == "connect-ConnectionRefusedError"
