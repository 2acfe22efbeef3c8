"""What can go wrong on the line of the back channel."""

from __future__ import annotations

from enum import Enum


class Line(Enum):
    """What the back channel does in place of answering."""

    SLOW = "answers far too late"
    DEAD = "closes the connection without a word"
    ERROR = "answers HTTP 500"
    SOAP_FAULT = "answers with a SOAP fault"
    REDIRECT = "answers with a redirect"
