"""The addresses of one attempt to log in, written out.

Flask's `url_for` matches rules and quotes every part anew, and here is nothing to quote: the ids of a brand
and of an attempt are letters, digits, ``-`` and ``_``.
"""

from __future__ import annotations


def choice_address(brand: str, attempt: str) -> str:
    """The page with the ways of logging in: the endpoint ``login.choose``."""
    return f"/{brand}/login/{attempt}"


def way_address(brand: str, attempt: str, scheme: str) -> str:
    """Where the button or form of one way leads: ``login.go``, or ``<scheme>.answer``."""
    return f"/{brand}/login/{attempt}/{scheme}"


def cancel_address(brand: str, attempt: str) -> str:
    """Where turning back leads: ``login.cancel``."""
    return f"/{brand}/login/{attempt}/cancel"
