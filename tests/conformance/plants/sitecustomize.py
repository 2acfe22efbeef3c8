"""Python loads this at its start when the folder is on the path; it plants the defect of the variable.

Only `test_planted_defects.py` puts it there. Each defect is one mistake that a provider could really have.
"""

from __future__ import annotations

import os

if _name := os.environ.get("VOORDEUR_PLANT"):
    import planted_defects  # type: ignore[import-not-found]  # it stands beside this file

    planted_defects.PLANTS[_name]()
