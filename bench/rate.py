"""Many browsers at once, and how many logins a second they get done."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable

from bench.browsing import LoginFailed
from bench.load import Sites, Visitor


def logins_per_second(sites: Sites, *, browsers: int, seconds: float, warm_up_seconds: float = 1.0) -> float:
    """How many logins are completed a second while `browsers` log in as fast as they can."""
    done: list[float] = []
    faults: list[Exception] = []
    began = time.monotonic()
    ends = began + warm_up_seconds + seconds
    threads = [
        threading.Thread(target=_keep_logging_in, args=(sites, ends, done.append, faults.append))
        for _ in range(browsers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return sum(began + warm_up_seconds <= moment < ends for moment in done) / seconds


def _keep_logging_in(
    sites: Sites, ends: float, note: Callable[[float], None], fail: Callable[[Exception], None]
) -> None:
    # A person's browser has its own connection, so each login makes new ones.
    while time.monotonic() < ends:
        visitor = Visitor(sites)
        try:
            visitor.log_in()
        except (LoginFailed, OSError, http.client.HTTPException) as fault:
            fail(fault)
            return
        finally:
            visitor.close()
        note(time.monotonic())
