"""The addresses that are written out are those that the router knows."""

from __future__ import annotations

import secrets

import pytest
from flask import Flask

from broker.domain.assurance import Scheme
from broker.web.attempt_addresses import cancel_address, choice_address, way_address
from broker.web.ways_in import WAYS_IN, WayKind
from tests.support.system import System

pytestmark = pytest.mark.flow


def test_addresses_of_an_attempt_lead_where_the_router_says(system: System) -> None:
    """For every brand and every way: the same text as `url_for` makes."""
    assert isinstance(system.broker, Flask)
    build = system.broker.url_map.bind("localhost").build
    for brand in system.settings.brands:
        here = {"brand": brand, "attempt": secrets.token_urlsafe(16)}
        assert choice_address(**here) == build("login.choose", here)
        assert cancel_address(**here) == build("login.cancel", here)
        for scheme in Scheme:
            if scheme not in WAYS_IN:
                continue
            form = WAYS_IN[scheme].kind is WayKind.FORM
            expected = (
                build(f"{scheme.value}.answer", here)
                if form
                else build("login.go", {**here, "provider": scheme.value})
            )
            assert way_address(scheme=scheme.value, **here) == expected
