"""The short code on an error page that finds the audit event and the log line, and tells nothing else."""

from __future__ import annotations

import os

from flask import has_request_context

from broker.web.trimmed_flask import kept_at_hand

# Without letters and digits that people mix up on the telephone (0/O, 1/I/L, 5/S, 2/Z, 8/B).
_ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_RANDOM_BYTES = 16


def give_support_code() -> None:
    """Give the request at hand a code; called once at its start."""
    # Drawn as one number, since asking for randomness is most of the cost. It is so much larger than what is
    # taken from it that no code is likelier than another by more than one part in 10^27.
    number = int.from_bytes(os.urandom(_RANDOM_BYTES))
    number, first = divmod(number, len(_PAIRS))
    number, second = divmod(number, len(_PAIRS))
    number, third = divmod(number, len(_PAIRS))
    fourth = number % len(_PAIRS)
    kept_at_hand()["support_code"] = f"{_PAIRS[first]}{_PAIRS[second]}-{_PAIRS[third]}{_PAIRS[fourth]}"


def support_code() -> str | None:
    """The code of the request at hand; None outside a request."""
    return kept_at_hand().get("support_code") if has_request_context() else None
