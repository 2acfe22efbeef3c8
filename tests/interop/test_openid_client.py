"""openid-client 6 on Node, as a portal under the rules of NL GOV."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.interop import expectations
from tests.interop.journey import Journey
from tests.interop.portals import OPENID_CLIENT, Portal, stranger_of
from tests.interop.processes import node_portal

pytestmark = pytest.mark.interop


def test_openid_client_logs_in_refreshes_and_logs_out(
    journey_of: Callable[[Portal], Journey], folder: Path
) -> None:
    """Discovery, private_key_jwt with PS256, userinfo, refresh and RP-initiated logout."""
    with node_portal(OPENID_CLIENT, folder, "portal.mjs"):
        expectations.logs_in_refreshes_and_logs_out(journey_of(OPENID_CLIENT))


def test_openid_client_refuses_what_was_changed_on_the_way(
    journey_of: Callable[[Portal], Journey], folder: Path
) -> None:
    """State, nonce, issuer and code challenge."""
    with node_portal(OPENID_CLIENT, folder, "portal.mjs"):
        expectations.refuses_what_was_changed(journey_of(OPENID_CLIENT))


def test_openid_client_with_another_key_is_told_invalid_client(
    journey_of: Callable[[Portal], Journey], folder: Path
) -> None:
    """The assertion is well-formed, and of a key that nobody registered."""
    with node_portal(OPENID_CLIENT, folder, "portal.mjs", key=stranger_of(OPENID_CLIENT)):
        expectations.is_told_that_it_is_not_the_client(journey_of(OPENID_CLIENT))
