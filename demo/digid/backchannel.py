"""The SOAP back channel: resolves artifacts for web services that show their registered certificate.

HTTP 403, 415 and the SOAP fault for unreadable XML are the simulator's own choice, where DigiD's reply is
not documented.
"""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from flask import Flask, Response, request
from lxml import etree

from demo.clock import Clock
from demo.digid.addresses import RESOLVE_PATH
from demo.digid.answering import Answering
from demo.digid.artifacts import Artifacts, NoOutcome
from demo.digid.faults.kinds import Line
from demo.digid.messages import Status, soap_fault
from demo.digid.registry import Registry, ServiceProvider
from demo.digid.requests import CLOCK_SKEW_MINUTES
from demo.digid.saml import (
    MAX_MESSAGE_BYTES,
    SAML,
    SAMLP,
    SOAP,
    NotXml,
    child_text,
    is_id,
    parse_instant,
    parse_xml,
)
from demo.digid.signing import BadSignature, verified

XML = "text/xml"


class NoResolve(ValueError):
    """The body holds no ArtifactResolve that could be answered."""


@dataclass(frozen=True, slots=True)
class BackChannel:
    """Answers one ArtifactResolve at a time."""

    registry: Registry
    artifacts: Artifacts
    answering: Answering
    resolve_url: str
    clock: Clock
    slow_seconds: float

    def resolve(self, body: bytes, client: x509.Certificate | None) -> Response:
        """The reply to a POST with this body by the holder of this certificate."""
        try:
            resolve = _artifact_resolve(body)
        except (NotXml, NoResolve) as problem:
            return _fault(str(problem))
        provider = self.registry.find(child_text(resolve, SAML, "Issuer") or "")
        if provider is None or client not in provider.tls:
            return Response(
                "The client certificate is not registered for this Issuer.\n", 403, mimetype="text/plain"
            )
        resolve_id = resolve.attrib["ID"]
        artifact = self._accepted_artifact(resolve, provider)
        found = self.artifacts.take(artifact, provider.entity_id) if artifact else NoOutcome.UNKNOWN
        if isinstance(found, NoOutcome):
            outer = Status.SUCCESS if found is NoOutcome.EXPIRED else Status.REQUEST_DENIED
            return _xml(self.answering.without_response(resolve_id, outer))
        if found.fault and isinstance(found.fault.where, Line):
            failure = self._fail(found.fault.where)
            if failure:
                return failure
        return _xml(self.answering.with_outcome(resolve_id, found))

    def _accepted_artifact(self, resolve: etree._Element, provider: ServiceProvider) -> str | None:
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


def back_app(channel: BackChannel) -> Flask:
    """The web application of the back channel; it must run behind TLS that hands over the certificate."""
    app = Flask(__name__, static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_MESSAGE_BYTES

    @app.post(RESOLVE_PATH)
    def resolve_artifact() -> Response:
        # SOAP 1.1 section 6: the content type is text/xml. SOAP 1.2's application/soap+xml is refused.
        if request.mimetype != XML:
            return Response("SOAP 1.1 wants Content-Type: text/xml.\n", 415, mimetype="text/plain")
        pem = request.environ.get("SSL_CLIENT_CERT")
        client = x509.load_pem_x509_certificate(pem.encode()) if pem else None
        return channel.resolve(request.get_data(), client)

    return app


def _artifact_resolve(body: bytes) -> etree._Element:
    root = parse_xml(body)
    content = list(root.iterfind(f"{{{SOAP}}}Body/*"))
    if root.tag != f"{{{SOAP}}}Envelope" or len(content) != 1:
        raise NoResolve("this is not a SOAP 1.1 envelope with one message")
    if content[0].tag != f"{{{SAMLP}}}ArtifactResolve" or not is_id(content[0].get("ID")):
        raise NoResolve("this is not an ArtifactResolve")
    return content[0]


def _xml(body: bytes) -> Response:
    return Response(body, mimetype=XML, headers={"Cache-Control": "no-cache, no-store", "Pragma": "no-cache"})


def _fault(text: str) -> Response:
    return Response(soap_fault(text), 500, mimetype=XML)


def _hang_up(connection: ssl.SSLSocket) -> None:
    """Ends the connection for both sides; what the server still tries to write finds nobody."""
    connection.shutdown(socket.SHUT_RDWR)
