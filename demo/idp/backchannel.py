"""The SOAP back channel: resolves artifacts for service providers that show their registered certificate.

HTTP 403, 415 and the SOAP fault for unreadable XML are our own choice, where the schemes' reply is
not documented.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

from cryptography import x509
from flask import Flask, Response, request
from lxml import etree

from demo.clock import Clock
from demo.idp.artifacts import Artifacts, NoOutcome, Owned
from demo.idp.forms import MAX_MESSAGE_BYTES, SAML, SAMLP, NotXml, child_text, parse_instant
from demo.idp.line import Line
from demo.idp.soap import NoResolve, artifact_resolve, soap_fault
from demo.idp.verifying import BadSignature, verified

CLOCK_SKEW_MINUTES = 2
XML = "text/xml"


class Resolvable(Owned, Protocol):
    """What an artifact stands for, and what goes wrong on the line when it is resolved."""

    @property
    def line(self) -> Line | None:
        """The fault of the line, or None."""


class Provider(Protocol):
    """A registered service provider, as the back channel knows it."""

    @property
    def signing(self) -> Mapping[str, x509.Certificate]:
        """The certificates of its signing keys, by KeyName."""

    @property
    def tls(self) -> tuple[x509.Certificate, ...]:
        """Its client certificates."""


class Providers(Protocol):
    """Who is registered."""

    def find(self, entity_id: str) -> Provider | None:
        """The registration with that entityID."""


OutcomeT = TypeVar("OutcomeT", bound=Resolvable)
AskedT_contra = TypeVar("AskedT_contra", contravariant=True)


class Answering(Protocol[AskedT_contra]):
    """Writes a scheme's signed answers, in their envelopes."""

    def without_response(self, resolve_id: str, why: NoOutcome) -> bytes:
        """The answer to an ArtifactResolve that gets nothing."""

    def with_outcome(self, resolve_id: str, outcome: AskedT_contra) -> bytes:
        """The answer that belongs to an artifact."""


@dataclass(frozen=True, slots=True)
class BackChannel(Generic[OutcomeT]):
    """Answers one ArtifactResolve at a time."""

    registry: Providers
    artifacts: Artifacts[OutcomeT]
    answering: Answering[OutcomeT]
    resolve_url: str
    clock: Clock
    slow_seconds: float

    def resolve(self, body: bytes, client: x509.Certificate | None) -> Response:
        """The reply to a POST with this body by the holder of this certificate."""
        try:
            resolve = artifact_resolve(body)
        except (NotXml, NoResolve) as problem:
            return _fault(str(problem))
        entity_id = child_text(resolve, SAML, "Issuer") or ""
        provider = self.registry.find(entity_id)
        if provider is None or client not in provider.tls:
            return Response(
                "The client certificate is not registered for this Issuer.\n", 403, mimetype="text/plain"
            )
        resolve_id = resolve.attrib["ID"]
        artifact = self._accepted_artifact(resolve, provider)
        found = self.artifacts.take(artifact, entity_id) if artifact else NoOutcome.UNKNOWN
        if isinstance(found, NoOutcome):
            return _xml(self.answering.without_response(resolve_id, found))
        failure = self._fail(found.line) if found.line else None
        return failure or _xml(self.answering.with_outcome(resolve_id, found))

    def _accepted_artifact(self, resolve: etree._Element, provider: Provider) -> str | None:
        """The artifact in a good ArtifactResolve, read from what was signed; None for any other."""
        try:
            signed = verified(resolve, provider.signing, self.clock())
        except BadSignature:
            return None
        issued = parse_instant(signed.get("IssueInstant"))
        in_time = issued is not None and abs(self.clock() - issued) <= timedelta(minutes=CLOCK_SKEW_MINUTES)
        for_us = signed.get("Destination") in (None, self.resolve_url)
        if not in_time or not for_us or signed.get("Version") != "2.0":
            return None
        return child_text(signed, SAMLP, "Artifact")

    def _fail(self, line: Line) -> Response | None:
        match line:
            case Line.SLOW:
                time.sleep(self.slow_seconds)
                return None
            case Line.DEAD:
                _hang_up(request.environ["werkzeug.socket"])
                return Response(status=500)
            case Line.ERROR:
                return Response("Internal Server Error\n", 500, mimetype="text/plain")
            case Line.SOAP_FAULT:
                return _fault("the artifact is not known")
            case Line.REDIRECT:
                return Response(status=302, headers={"Location": self.resolve_url})


def back_app(channel: BackChannel[OutcomeT], path: str) -> Flask:
    """The web application of the back channel; it must run behind TLS that hands over the certificate."""
    app = Flask(__name__, static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_MESSAGE_BYTES

    @app.post(path)
    def resolve_artifact() -> Response:
        # SOAP 1.1 section 6: the content type is text/xml. SOAP 1.2's application/soap+xml is refused.
        if request.mimetype != XML:
            return Response("SOAP 1.1 wants Content-Type: text/xml.\n", 415, mimetype="text/plain")
        pem = request.environ.get("SSL_CLIENT_CERT")
        client = x509.load_pem_x509_certificate(pem.encode()) if pem else None
        return channel.resolve(request.get_data(), client)

    return app


def _xml(body: bytes) -> Response:
    return Response(body, mimetype=XML, headers={"Cache-Control": "no-cache, no-store", "Pragma": "no-cache"})


def _fault(text: str) -> Response:
    return Response(soap_fault(text), 500, mimetype=XML)


def _hang_up(connection: ssl.SSLSocket) -> None:
    """Ends the connection for both sides; what the server still tries to write finds nobody."""
    connection.shutdown(socket.SHUT_RDWR)
