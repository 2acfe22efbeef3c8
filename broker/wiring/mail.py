"""How mail leaves, from the configuration."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from broker.errors import ConfigurationError
from broker.notify.mail import Sender
from broker.notify.smtp import Credentials, MailServer, Protection, SmtpTransport
from broker.settings import MailSecurity, Settings
from broker.wiring.tls import verifying_context

_PROTECTION = {
    MailSecurity.NONE: Protection.NONE,
    MailSecurity.STARTTLS: Protection.STARTTLS,
    MailSecurity.TLS: Protection.TLS,
}


def senders_of(settings: Settings) -> Mapping[str, Sender]:
    """In whose name the mail of each brand goes out; brands that send none are left out."""
    return {
        name: Sender(brand.mail.from_name, brand.mail.from_address)
        for name, brand in settings.brands.items()
        if brand.mail is not None
    }


def mail_server(settings: Settings) -> MailServer | None:
    """The mail server, None when there is none; `ConfigurationError` when its certificates do not load."""
    mail = settings.broker.mail
    if mail is None:
        return None
    credentials = None
    if mail.username is not None and mail.password is not None:
        credentials = Credentials(mail.username, mail.password.get_secret_value())
    return MailServer(
        host=mail.host,
        port=mail.port,
        protection=_PROTECTION[mail.security],
        context=_context(settings),
        own_name=urlsplit(settings.broker.issuer).hostname or "localhost",
        timeout_seconds=mail.timeout_seconds,
        credentials=credentials,
    )


def mail_faults(settings: Settings) -> tuple[str, ...]:
    """What is wrong with the files that `[mail]` names."""
    try:
        mail_server(settings)
    except ConfigurationError as error:
        return error.faults
    return ()


def mail_transport(server: MailServer) -> SmtpTransport:
    """The transport to that server."""
    return SmtpTransport(server)


def _context(settings: Settings) -> ssl.SSLContext:
    mail = settings.broker.mail
    file = settings.path(mail.tls_ca_file) if mail is not None and mail.tls_ca_file is not None else None
    return verifying_context(file, key="mail.tls_ca_file")
