"""TLS towards those who take our messages."""

from __future__ import annotations

import ssl
from pathlib import Path

from broker.errors import ConfigurationError


def verifying_context(ca_file: Path | None, *, key: str, file: str = "broker.toml") -> ssl.SSLContext:
    """Verifies the server's certificate and name; TLS 1.2 and up (NCSC, ICT security guidelines for TLS).

    Trusts the certificates in `ca_file`, or the machine's own. `ConfigurationError` names the `key` of
    `file` when they do not load.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        fault = f"{file}: {key}: cannot be read as certificates ({type(error).__name__})"
        raise ConfigurationError((fault,)) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
