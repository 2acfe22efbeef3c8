"""What the HTTP server loads in each of its processes."""

from __future__ import annotations

import gc
import os
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path

import structlog
from flask import Flask

from broker.app import create_app
from broker.cli.following import next_settings
from broker.cli.options import CONFIG_VARIABLE
from broker.cli.swapping_server import REFUSED_STATUS
from broker.errors import ConfigurationError, StorageUnavailable
from broker.log import configure_logging
from broker.settings import BrokerFile, Settings, load_settings
from broker.web.whole_bodies import WholeBodies
from broker.wiring.figures import start_counting
from broker.wiring.traces import start_tracing, trace_requests

_AWAY_STATUS = 3

_log = structlog.get_logger("broker.configuration")


def application() -> Flask:
    """The broker for the configuration directory that the environment names."""
    return _application(load_settings(_directory(), os.environ))


def following_application(before: BrokerFile, say: Connection) -> Flask:
    """The same beside workers that serve already, on `before`: ends this process when it cannot be.

    Sends something when it can.
    """
    # Until the server has its own way of ending, there is nothing that would have to be ended in good order.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        app = _application(next_settings(_directory(), before))
    except ConfigurationError as error:
        for fault in error.faults:
            _log.error("fault in the published configuration", fault=fault)
        sys.exit(REFUSED_STATUS)
    except StorageUnavailable as error:
        _log.warning("new worker cannot start", detail=error.detail)
        sys.exit(_AWAY_STATUS)
    say.send(True)
    return app


def _directory() -> Path:
    return Path(os.environ[CONFIG_VARIABLE])


def _application(settings: Settings) -> Flask:
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
