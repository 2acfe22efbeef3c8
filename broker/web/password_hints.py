"""What to say beside a password that was refused: advice, where giving it costs little."""

from __future__ import annotations

from collections.abc import Sequence


def hints_for(password: str, faults: Sequence[str], context: Sequence[str]) -> tuple[str, ...]:
    """Codes of advice on a password that policy refused for `faults`; none where it is only too long.

    Working advice out takes as long as a hash, so nobody gets it for text that is no attempt at a password.
    """
    if not faults or "too-long" in faults:
        return ()
    # Its word lists are large, and most workers never need them.
    from broker.accounts.passwords.advice import advice  # noqa: PLC0415

    return advice(password, context).codes
