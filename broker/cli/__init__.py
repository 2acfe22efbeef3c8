"""The program `broker`: serving, checking and looking after a deployment."""

from __future__ import annotations

from broker.cli.main import main

__all__ = ["main"]
