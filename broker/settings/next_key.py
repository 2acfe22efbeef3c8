"""The key that takes the place of one in use, at a moment that the operator chooses."""

from __future__ import annotations

from pydantic import Field

from broker.settings.model import ConfiguredPath, Moment, Section


class NextKey(Section):
    """Published beside the key in use until that one is taken out of the configuration."""

    key_file: ConfiguredPath = Field(description="PEM private key that comes next.")
    certificate_file: ConfiguredPath = Field(description="PEM certificate of that key.")
    active_from: Moment = Field(
        description="It is used from this moment on, without a restart: `2027-01-15T09:00:00Z`. "
        "Leave the other side the time to take it in."
    )
