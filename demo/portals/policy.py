"""The Content-Security-Policy of a portal's pages: nothing but our own, no script but where named."""

from __future__ import annotations

from urllib.parse import urlsplit


def content_policy(form_to: str = "", *, script: bool = False) -> str:
    """The policy of one page; `form_to` is the address elsewhere that its form is posted to."""
    address = urlsplit(form_to)
    elsewhere = f" {address.scheme}://{address.netloc}" if form_to else ""
    own_script = " script-src 'self'; connect-src 'self';" if script else ""
    return (
        f"default-src 'none'; style-src 'self'; img-src 'self';{own_script} form-action 'self'{elsewhere};"
        " base-uri 'none'; frame-ancestors 'none'"
    )
