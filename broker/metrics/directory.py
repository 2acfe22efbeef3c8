"""The directory in which the processes of one server keep their figures: made at start, gone at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

# The name is prometheus-client's.
DIRECTORY_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def shared_figures() -> Iterator[Path]:
    """A fresh directory, named in the environment for every process that is started from here.

    A directory that the environment names already is another server's or an earlier one's, and not used.
    """
    folder = Path(tempfile.mkdtemp(prefix="voordeur-metrics-"))
    os.environ[DIRECTORY_VARIABLE] = str(folder)
    try:
        yield folder
    finally:
        os.environ.pop(DIRECTORY_VARIABLE, None)
        shutil.rmtree(folder, ignore_errors=True)
