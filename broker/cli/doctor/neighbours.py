"""Those we talk with: providers, portals and the mail server, and the certificates between us."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from broker.cli.doctor.findings import Finding, failure, good, warning
from broker.cli.doctor.reach import NotReached, Reached, reach
from broker.clock import clock_of
from broker.notify.ports import SendingFailed
from broker.settings import Settings
from broker.wiring.certificates import WARN_AT_DAYS, certificates_of, gaps_of
from broker.wiring.mail import mail_server, mail_transport
from broker.wiring.sms import sms_gateway
from broker.wiring.upstream import Ready, upstream_connections

_SECONDS_PER_DAY = 86_400
_RENEW = {
    "saml-signing": "order a new one and hand it to the provider before that day",
    "saml-encryption": "order a new one and hand it to the provider before that day",
    "tls-client": "order a new one and hand it to the provider before that day",
    "saml-signing-next": "it must last longer than the one before: order another",
    "saml-encryption-next": "it must last longer than the one before: order another",
    "tls-client-next": "it must last longer than the one before: order another",
    "idp-signing": "ask for the provider's new metadata",
    "idp-metadata": "fetch the provider's new metadata; after that day nobody logs in with it",
    "tls-roots": "ask the provider which roots come next",
    "feed-signer": "ask who signs the feed for the key that comes next",
}


def check_certificates(settings: Settings) -> Iterator[Finding]:
    """The days that every certificate has left, with warnings at 90, 30 and 7."""
    # Certificates live by the real time, also where the demo moves its clock.
    now = datetime.now(UTC)
    for found in certificates_of(settings):
        owner = found.brand if found.brand != "-" else found.provider
        part = f"certificate {found.use} of {owner}"
        yield judge_days(part, found.days_left(now), _RENEW[found.use])
    for found, moment in gaps_of(settings):
        part = f"certificate {found.use} of {found.brand if found.brand != '-' else found.provider}"
        yield warning(part, f"expires before {moment:%Y-%m-%d %H:%M %Z}, when the next one is used")


def judge_days(part: str, days: float, advice: str) -> Finding:
    """Good, a warning by the nearest limit that was passed, or a failure when it is over."""
    if days < 0:
        return failure(part, f"expired {-days:.0f} days ago: {advice}")
    passed = [limit for limit in WARN_AT_DAYS if days <= limit]
    if passed:
        return warning(part, f"expires in {days:.0f} days (warning at {min(passed)}): {advice}")
    return good(part, f"has {days:.0f} days left")


def check_back_channels(settings: Settings) -> Iterator[Finding]:
    """A handshake with every provider, with our certificate and nothing but its own roots."""
    faults: list[str] = []
    ready, now = upstream_connections(settings, faults), clock_of(settings)()
    yield from (failure("provider", fault) for fault in faults)
    for (brand, _), connection in ready.items():
        part = f"back channel {brand} to {connection.provider_name}"
        yield from _with_next_certificate(part, connection, now)
        try:
            reached = reach(connection.resolution_url, connection.contexts.at(now))
        except NotReached as error:
            yield failure(
                part, f"{error}; is our certificate registered there, are its roots the right ones?"
            )
            continue
        yield good(part, f"mutual TLS works ({reached.protocol})")
        yield from _server_certificate(part, reached)


def _with_next_certificate(part: str, connection: Ready, now: datetime) -> Iterator[Finding]:
    """Whether the other side has taken in the certificate that comes next, while there is time."""
    upcoming = connection.contexts.upcoming
    if upcoming is None or now >= upcoming.active_from:
        return
    part = f"{part} with the next certificate"
    try:
        reached = reach(connection.resolution_url, upcoming.value)
    except NotReached as error:
        moment = f"{upcoming.active_from:%Y-%m-%d %H:%M %Z}"
        yield warning(part, f"{error}; it has to be registered there before {moment}")
    else:
        yield good(part, f"mutual TLS works ({reached.protocol})")


def _server_certificate(part: str, reached: Reached) -> Iterator[Finding]:
    if reached.expires_at is not None:
        days = (reached.expires_at - datetime.now(UTC)).total_seconds() / _SECONDS_PER_DAY
        yield judge_days(f"{part}: its certificate", days, "tell the other side")


def check_portals(settings: Settings) -> Iterator[Finding]:
    """Whether each portal's hosts answer: where people go back to, and where we call at logout.

    People reach a portal by their own browser, so a portal that we cannot reach is a warning; what we
    have to call ourselves is a failure.
    """
    for name, portal in settings.portals.items():
        for origin in dict.fromkeys(_origin(uri) for uri in portal.client.redirect_uris):
            yield _portal(f"portal {name}", origin, must_reach=False)
        logout = portal.client.backchannel_logout_uri
        if logout is not None:
            yield _portal(f"back-channel logout of {name}", _origin(logout), must_reach=True)


def _portal(part: str, origin: str, *, must_reach: bool) -> Finding:
    try:
        reach(origin)
    except NotReached as error:
        sentence = f"{origin}: {error}"
        return failure(part, sentence) if must_reach else warning(part, sentence)
    return good(part, f"{origin} answers")


def check_mail(settings: Settings) -> Iterator[Finding]:
    """A conversation with the mail server up to where a message would begin."""
    server = mail_server(settings)
    if server is None:
        return
    where = f"{server.host}:{server.port}"
    try:
        mail_transport(server).greet()
    except SendingFailed as error:
        look = "look at host, port, security and password under [mail], and at the firewall"
        yield failure("mail", f"{where} does not take our mail ({error}): {look}")
    else:
        yield good("mail", f"{where} takes our mail ({server.protection.name.lower()})")


def check_sms(settings: Settings) -> Iterator[Finding]:
    """Whether the SMS gateway can be reached, by TLS where it is asked; no message is made."""
    gateway = sms_gateway(settings)
    if gateway is None:
        return
    origin = _origin(gateway.url)
    try:
        reached = reach(gateway.url, gateway.context)
    except NotReached as error:
        yield failure("sms", f"{origin}: {error}; no codes go to telephones")
        return
    yield good("sms", f"{origin} answers ({reached.protocol or 'without TLS'})")
    yield from _server_certificate("sms gateway", reached)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
