"""A password alone is not always enough: whoever has a second factor shows it, and some have to get one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from broker.domain.assurance import AccountLevel, Assurance, Level
from broker.domain.factor_strength import TAKES_SECOND_FACTOR, level_by
from broker.domain.second_factors import FactorKind
from broker.login.policy import earlier_login_steps_up, is_enough
from broker.login.progress import (
    AskProvider,
    AskSecondFactor,
    Decision,
    OfferEnrolment,
    Progress,
    Refuse,
)

LEVEL_MISSING: Final[Mapping[Level, str]] = {
    AccountLevel.SMS: "second-factor-missing",
    AccountLevel.TOTP: "authenticator-missing",
}
"""Why somebody is refused who has not got what a level takes, and cannot set it up at the portal."""


def second_factor(progress: Progress) -> Decision | None:
    """Ask for a factor after a password when the account has any, or when the portal demands more.

    Who set up a factor shows one before setting up another: a password alone never adds a factor beside it.
    A running session lends its password to an attempt for which the account has the factor; to set one up,
    people log in anew. Where it cannot be set up, they hear at once which one is missing.
    """
    proven = _proven(progress)
    if proven is None or proven.scheme not in TAKES_SECOND_FACTOR:
        return None
    owned = progress.factors or ()
    strong = _strong_enough(progress, proven, owned)
    by_password_alone = proven.level is AccountLevel.PASSWORD
    if is_enough(progress, proven) and not (by_password_alone and owned):
        return None
    is_lent = progress.evidence is None or progress.lent_at is not None
    if strong or (by_password_alone and owned and not is_lent):
        return AskSecondFactor(strong or owned)
    offered = _strong_enough(progress, proven, progress.wish.second_factors)
    if not offered:
        return Refuse(_missing(progress, proven))
    return AskProvider(progress.wish.schemes) if is_lent else OfferEnrolment(offered)


def _proven(progress: Progress) -> Assurance | None:
    """What was proven in this attempt, or in the session that lends it; None when that session is enough."""
    if progress.evidence is not None:
        return progress.evidence.assurance
    if progress.earlier is not None and earlier_login_steps_up(progress):
        return progress.earlier.assurance
    return None


def _missing(progress: Progress, proven: Assurance) -> str:
    """The reason to refuse, by the level that is missing: each has a text that tells how to get it."""
    required = progress.wish.requirement_for(proven.scheme)
    return LEVEL_MISSING.get(required.level, "level-too-low") if required else "level-too-low"


def _strong_enough(
    progress: Progress, proven: Assurance, kinds: tuple[FactorKind, ...]
) -> tuple[FactorKind, ...]:
    """Those of the kinds that bring the login to the level required."""
    return tuple(
        kind for kind in kinds if is_enough(progress, Assurance(proven.scheme, level_by(kind, kinds)))
    )
