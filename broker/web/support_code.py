"""The short code on an error page that finds the audit event and the log line, and tells nothing else."""

from __future__ import annotations

import secrets

from flask import g, has_request_context

# Without letters and digits that people mix up on the telephone (0/O, 1/I/L, 5/S, 2/Z, 8/B).
_ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"
_GROUPS, _GROUP_LENGTH = 2, 4


def give_support_code() -> None:
    """Give the request at hand a code; called once at its start."""
    # Drawn as one number, since asking for randomness is most of the cost.
    number = secrets.randbelow(len(_ALPHABET) ** (_GROUPS * _GROUP_LENGTH))
    letters = []
    for _ in range(_GROUPS * _GROUP_LENGTH):
        number, place = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[place])
    groups = (
        "".join(letters[start : start + _GROUP_LENGTH]) for start in range(0, len(letters), _GROUP_LENGTH)
    )
    g.support_code = "-".join(groups)


def support_code() -> str | None:
    """The code of the request at hand; None outside a request."""
    return g.get("support_code") if has_request_context() else None
