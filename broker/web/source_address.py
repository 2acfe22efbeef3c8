"""Where the request at hand came from, for the audit log."""

from __future__ import annotations

from flask import has_request_context

from broker.audit.origin import Origin
from broker.domain.network_block import network_block
from broker.web.trimmed_flask import request_at_hand


def request_origin() -> Origin:
    """The caller's address, as our own proxies tell it; nothing outside a request."""
    return Origin(source_address=request_at_hand().remote_addr) if has_request_context() else Origin()


def source_block() -> str:
    """The neighbourhood of the caller's address, which is what attempts are counted by."""
    return network_block(request_at_hand().remote_addr)
