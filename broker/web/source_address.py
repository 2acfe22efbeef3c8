"""Where the request at hand came from, for the audit log."""

from __future__ import annotations

from flask import has_request_context, request

from broker.audit.origin import Origin


def request_origin() -> Origin:
    """The caller's address, as our own proxies tell it; nothing outside a request."""
    return Origin(source_address=request.remote_addr) if has_request_context() else Origin()
