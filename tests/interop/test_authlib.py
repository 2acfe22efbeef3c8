"""Authlib, the library of the demo's own portal, written as the how-to tells it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.interop import expectations
from tests.interop.journey import Journey
from tests.interop.portals import AUTHLIB, Portal, stranger_of
from tests.interop.processes import python_portal

pytestmark = pytest.mark.interop


def test_authlib_logs_in_refreshes_and_logs_out(
    journey_of: Callable[[Portal], Journey], folder: Path
) -> None:
    """Discovery, private_key_jwt with ES256, userinfo, refresh and RP-initiated logout."""
    with python_portal(AUTHLIB, folder):
        expectations.logs_in_refreshes_and_logs_out(journey_of(AUTHLIB))


def test_authlib_refuses_what_was_changed_on_the_way(
    journey_of: Callable[[Portal], Journey], folder: Path
) -> None:
    """State, nonce, issuer and code challenge."""
    with python_portal(AUTHLIB, folder):
        expectations.refuses_what_was_changed(journey_of(AUTHLIB))


def test_authlib_with_another_key_is_told_invalid_client(
    journey_of: Callable[[Portal], Journey], folder: Path
) -> None:
    """The assertion is well-formed, and of a key that nobody registered."""
    with python_portal(AUTHLIB, folder, key=stranger_of(AUTHLIB)):
        expectations.is_told_that_it_is_not_the_client(journey_of(AUTHLIB))
