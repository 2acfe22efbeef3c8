"""What every section of the configuration has in common, and the types of its values."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints


class Section(BaseModel):
    """A frozen table of a configuration file; a key that it does not know is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _web_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("must be an absolute http(s) URL")
    if parts.fragment or parts.username or parts.password:
        raise ValueError("must have no fragment, user name or password")
    return value


def _origin_url(value: str) -> str:
    parts = urlsplit(_web_url(value))
    if parts.path or parts.query:
        raise ValueError("must be only scheme, host and port, without a path or a slash at the end")
    return value


WebUrl = Annotated[str, AfterValidator(_web_url)]
"""An absolute http or https URL, kept byte for byte."""

OriginUrl = Annotated[str, AfterValidator(_origin_url)]
"""Scheme, host and port only."""

_IDENTIFIER: Final = r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?"
Identifier = Annotated[str, StringConstraints(pattern=f"^{_IDENTIFIER}$")]
"""A name that is safe in paths, cookie names and record keys."""

Moment = AwareDatetime
"""A date with a time and a zone."""

ConfiguredPath = Path
"""A file; one that is not absolute is taken from the configuration directory."""


def is_identifier(name: str) -> bool:
    """Whether a file's name may serve in paths, cookie names and record keys."""
    return re.fullmatch(_IDENTIFIER, name) is not None


def is_loopback(url: str) -> bool:
    """Whether the URL points at this machine by name or by number."""
    host = urlsplit(url).hostname or ""
    return host == "localhost" or host.endswith(".localhost") or host == "::1" or host.startswith("127.")
