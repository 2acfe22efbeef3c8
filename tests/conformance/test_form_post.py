"""oidcc-formpost-basic: every module of the basic plan again, with response_mode=form_post."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.conformance import test_oidcc_basic as basic
from tests.conformance.op import Op

pytestmark = [pytest.mark.flow, pytest.mark.slow]

# Those with parameters of their own vary something that has nothing to do with the way of the answer.
MODULES: list[Callable[[Op], None]] = [
    module
    for name, module in vars(basic).items()
    if name.startswith("test_oidcc_") and not hasattr(module, "pytestmark")
]


@pytest.mark.parametrize("module", MODULES, ids=[module.__name__ for module in MODULES])
def test_form_post(op: Op, module: Callable[[Op], None]) -> None:
    """The answer comes as a form, with nothing in the address."""
    module(replace(op, more={"response_mode": "form_post"}))
