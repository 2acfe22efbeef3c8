"""How many logins a second many browsers at once get done."""

from __future__ import annotations

import time

from bench.browsers import Browsers
from bench.load import Sites


def logins_per_second(sites: Sites, *, browsers: int, seconds: float, warm_up_seconds: float = 1.0) -> float:
    """How many logins are completed a second while `browsers` log in as fast as they can.

    Whoever is logging in when the time is over still ends that login, uncounted.
    """
    counts_from = time.monotonic() + warm_up_seconds
    ends = counts_from + seconds
    counted = 0
    present = Browsers(sites.login())
    try:
        for _ in range(browsers):
            present.send_in()
        while present:
            completed, now = present.lead_on(), time.monotonic()
            if now < ends:
                counted += completed * (now >= counts_from)
                for _ in range(completed):
                    present.send_in()
    finally:
        present.close()
    return counted / seconds
