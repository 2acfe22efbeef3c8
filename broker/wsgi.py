"""What the HTTP server loads in each of its processes."""

from __future__ import annotations

import gc
import os
from pathlib import Path

from flask import Flask

from broker.app import create_app
from broker.cli.options import CONFIG_VARIABLE
from broker.log import configure_logging
from broker.settings import load_settings
from broker.web.whole_bodies import WholeBodies
from broker.wiring.figures import start_counting
from broker.wiring.traces import start_tracing, trace_requests


def application() -> Flask:
    """The broker for the configuration directory that the environment names."""
    settings = load_settings(Path(os.environ[CONFIG_VARIABLE]), os.environ)
    configure_logging(settings.broker.log.level)
    start_counting(settings)
    start_tracing(settings)
    app = create_app(settings)
    trace_requests(app)
    app.wsgi_app = WholeBodies(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own advice.
    # What stands now stands for good: without this, every full collection walks through all of it again.
    gc.collect()
    gc.freeze()
    # Tells the collector that nothing old is left. It waits with a full collection until a quarter has been
    # added to what the last one found, and would let the garbage of hundreds of logins lie.
    gc.collect()
    return app
