"""How sure a second factor makes us, beside a password."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from broker.domain.assurance import AccountLevel, Assurance, Scheme, levels_of
from broker.domain.second_factors import FactorKind

_LEVEL_OF: Final = {
    FactorKind.TOTP: AccountLevel.TOTP,
    FactorKind.SMS: AccountLevel.SMS,
    # The same number and the same code as by text message.
    FactorKind.VOICE: AccountLevel.SMS,
}

TAKES_SECOND_FACTOR: Final = frozenset({Scheme.PASSWORD})
"""The schemes whose evidence a second factor of ours can raise."""


def level_by(kind: FactorKind, owned: Iterable[FactorKind]) -> AccountLevel:
    """What a password with this factor is worth.

    A recovery code is worth as much as the strongest of the factors `owned`, for which it stands in, and
    nothing without one.
    """
    if kind is FactorKind.RECOVERY:
        stands_in_for = [_LEVEL_OF[other] for other in owned if other in _LEVEL_OF]
        return max(stands_in_for, default=AccountLevel.PASSWORD)
    return _LEVEL_OF[kind]


def strongest(scheme: Scheme, kinds: Iterable[FactorKind]) -> Assurance:
    """The most that a login by `scheme` can bring where these second factors are offered."""
    if scheme not in TAKES_SECOND_FACTOR:
        return levels_of(scheme)[-1]
    offered = tuple(kinds)
    best = max((level_by(kind, offered) for kind in offered), default=AccountLevel.PASSWORD)
    return Assurance(scheme, best)
