"""What the HTTP server loads in each of its processes."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask

from broker.app import create_app
from broker.cli.options import CONFIG_VARIABLE
from broker.log import configure_logging
from broker.settings import load_settings


def application() -> Flask:
    """The broker for the configuration directory that the environment names."""
    settings = load_settings(Path(os.environ[CONFIG_VARIABLE]), os.environ)
    configure_logging(settings.broker.log.level)
    return create_app(settings)
