"""A collector of traces that keeps what it is sent: OTLP over HTTP, as OpenTelemetry's exporter speaks it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

_WITHIN_SECONDS = 60


@dataclass
class Collector:
    """Where it listens, and the bodies that came."""

    port: int
    bodies: list[bytes] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        """What `tracing.endpoint` is set to."""
        return f"http://127.0.0.1:{self.port}/v1/traces"

    def spans(self) -> list[str]:
        """The names of all spans."""
        return [
            span.name
            for body in list(self.bodies)
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def everything(self) -> bytes:
        """All that it was told: as it was sent, and as text, in which a number can be found as well."""
        texts = [str(ExportTraceServiceRequest.FromString(body)).encode() for body in self.bodies]
        return b"\n".join([*self.bodies, *texts])

    def wait_for(self, name: str, count: int) -> None:
        """Until so many spans of that name came: exporters send in their own time."""
        deadline = time.monotonic() + _WITHIN_SECONDS
        while (came := self.spans().count(name)) < count:
            assert time.monotonic() < deadline, f"{came} of {count} spans {name!r} came"
            time.sleep(0.1)


@contextmanager
def collecting() -> Iterator[Collector]:
    """Listen on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing on the screen."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = Collector(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
