"""idpyoidc, the relying party of the OpenID Foundation's own test tools in Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.interop import expectations
from tests.interop.journey import Journey
from tests.interop.portals import IDPYOIDC, Portal
from tests.interop.processes import python_portal

pytestmark = pytest.mark.interop


def test_idpyoidc_logs_in_refreshes_and_logs_out(
    journey_of: Callable[[Portal], Journey], folder: Path
) -> None:
    """Discovery, client_secret_basic, RS256, userinfo, refresh and RP-initiated logout."""
    with python_portal(IDPYOIDC, folder):
        expectations.logs_in_refreshes_and_logs_out(journey_of(IDPYOIDC))


def test_idpyoidc_refuses_what_was_changed_on_the_way(
    journey_of: Callable[[Portal], Journey], folder: Path
) -> None:
    """State, nonce, issuer and code challenge."""
    with python_portal(IDPYOIDC, folder):
        expectations.refuses_what_was_changed(journey_of(IDPYOIDC))


def test_idpyoidc_with_another_secret_is_told_invalid_client(
    journey_of: Callable[[Portal], Journey], folder: Path
) -> None:
    """RFC 6749 5.2, in the library's own words."""
    with python_portal(IDPYOIDC, folder, secret="of-another-portal"):
        expectations.is_told_that_it_is_not_the_client(journey_of(IDPYOIDC))
