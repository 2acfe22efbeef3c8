"""A system of which the configuration stands on disk, for the programs that an operator runs beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.business import READABLE, Business, running_business
from tests.support.system import Plan, System, running_system


@dataclass
class Deployment:
    """One system with its worker, and its folder."""

    folder: Path
    plan: Plan
    business: Business

    @property
    def system(self) -> System:
        """The system itself."""
        return self.business.system

    @property
    def config(self) -> Path:
        """The configuration directory."""
        return self.folder / "config"

    @property
    def environment(self) -> dict[str, str]:
        """What another process of this deployment needs to know."""
        return {**os.environ, **self.plan.environment}

    def account(self, act: str, *options: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """`broker account` with this act, as an operator runs it."""
        words = ["account", act, "--config", str(self.config), *options]
        return subprocess.run(
            [sys.executable, "-m", "broker.cli", *words],
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
            input=typed,
        )


@pytest.fixture
def deployment(tmp_path: Path, plan: Plan) -> Iterator[Deployment]:
    """A system of its own, with the business portals of the sample."""
    plan = Plan(plan.pki, plan.redis_url, plan.database_url, replaced=READABLE)
    with running_system(tmp_path, plan) as system, running_business(system) as business:
        yield Deployment(tmp_path, plan, business)
