"""The addresses of one attempt to log in, written out.

Flask's `url_for` matches rules and quotes every part anew, and here is nothing to quote: the ids of a brand
and of an attempt are letters, digits, ``-`` and ``_``.
"""

from __future__ import annotations

SECOND_FACTOR_PATH = "/<brand>/login/<attempt>/second-factor"
"""Where the second factor of an attempt is asked or set up: the pages of `broker.web.second_factor_pages`."""

COLLECTIVITY_PATH = "/<brand>/login/<attempt>/collectivity"
"""Where somebody chooses for which collectivity to work: the page of `broker.web.collectivity_pages`."""


def choice_address(brand: str, attempt: str) -> str:
    """The page with the ways of logging in: the endpoint ``login.choose``."""
    return f"/{brand}/login/{attempt}"


def way_address(brand: str, attempt: str, scheme: str) -> str:
    """Where the button or form of one way leads: ``login.go``, or ``<scheme>.answer``."""
    return f"/{brand}/login/{attempt}/{scheme}"


def cancel_address(brand: str, attempt: str) -> str:
    """Where turning back leads: ``login.cancel``."""
    return f"/{brand}/login/{attempt}/cancel"


def second_factor_address(brand: str, attempt: str) -> str:
    """The page of the second factor: ``second_factor.show``."""
    return _at(SECOND_FACTOR_PATH, brand, attempt)


def collectivity_address(brand: str, attempt: str) -> str:
    """The page where a collectivity is chosen: ``collectivity.choose``."""
    return _at(COLLECTIVITY_PATH, brand, attempt)


def _at(path: str, brand: str, attempt: str) -> str:
    return path.replace("<brand>", brand).replace("<attempt>", attempt)
