"""One broker for all conformance tests of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.op import Op
from tests.conformance.stand import standing


@pytest.fixture(scope="session")
def op(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Op]:
    """The provider, without any planted defect."""
    with standing(tmp_path_factory.mktemp("conformance")) as stand, stand.broker() as running:
        yield running
