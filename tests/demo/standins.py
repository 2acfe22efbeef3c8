"""Small real programs in place of the demo's services, to test how they are started, watched and ended."""

from __future__ import annotations

import os
import select
import socket
import sys

from demo.supervisor import Service

_SERVER = """
import http.server, signal, subprocess, sys
class Ok(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
        if self.path == "/die":
            import os; print("my last words", flush=True); os._exit(7)
# It ends with its input, so that it does not outlive a test that kills this program outright.
waiting = "import sys; print('x'); sys.stdin.read()"
child = subprocess.Popen([sys.executable, "-c", waiting], stdin=subprocess.PIPE)
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("child", child.pid, flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ok).serve_forever()
"""


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def web_service(name: str, *arguments: str) -> Service:
    """A web server that has a child of its own; with ``stubborn`` it ignores SIGTERM."""
    port = free_port()
    argv = (sys.executable, "-u", "-c", _SERVER, str(port), *arguments)
    return Service(name, argv, f"http://127.0.0.1:{port}/")


def has_ended(process_id: int, within_seconds: float = 20.0) -> bool:
    """Whether a process that is not our child ends in time; waits for the event itself."""
    try:
        handle = os.pidfd_open(process_id)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], within_seconds)[0])
    finally:
        os.close(handle)
