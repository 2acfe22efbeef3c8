"""Each planted defect still finds what it spoils; whether its module notices is for `make soak`."""

from __future__ import annotations

import subprocess
import sys

from tests.conformance.stand import PLANTS, REPOSITORY

_ALL = """
import sys
sys.path[:0] = [{plants!r}, {repository!r}]
import planted_defects
for name, plant in planted_defects.PLANTS.items():
    try:
        plant()
    except Exception as error:
        print(name, repr(error))
"""


def test_every_plant_finds_what_it_spoils() -> None:
    """In a process of its own, since nothing is put back."""
    script = _ALL.format(plants=str(PLANTS), repository=str(REPOSITORY))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
