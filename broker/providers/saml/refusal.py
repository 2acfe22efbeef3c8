"""How the SAML side says no: one exception with a stable code, in three families.

To the person at the screen all of them look the same; the code and the detail are for the log, and the
detail never repeats what the message said.
"""

from __future__ import annotations


class AnswerRefused(Exception):
    """An answer is not believed. `reason_code` is stable; `detail` is a sentence for the log."""

    def __init__(self, reason_code: str, detail: str) -> None:
        super().__init__(f"{reason_code}: {detail}")
        self.reason_code = reason_code
        self.detail = detail


class GateRefused(AnswerRefused):
    """The message is not one that we can trust to have come, whole and alone, from the asked party."""


class MeaningRefused(AnswerRefused):
    """The message is authentic, but it does not say what this login needs."""


class ChannelRefused(AnswerRefused):
    """The back channel gave something that is not an answer in the agreed form."""
