"""What a portal's rules and a portal's request together demand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from broker.domain.assurance import Assurance, Scheme, assurance_for_acr
from broker.domain.factor_strength import TAKES_SECOND_FACTOR
from broker.domain.rights import Relation
from broker.login.progress import EarlierLogin, Progress
from broker.login.transaction import RelationWish

# A login of our own serves every portal of its brand. A DigiD login serves the portal it was made for and no
# other (Logius checklist D2: no propagation).
_SERVES_ITS_BRAND = frozenset({Scheme.PASSWORD})


def raised(minimum: Assurance, acr_values: Sequence[str], reach: Assurance | None = None) -> Assurance:
    """The portal's minimum, raised to the weakest of the levels its request names.

    Any of the requested levels satisfies the request (OpenID Connect Core 3.1.2.1), so the weakest of
    them counts; a request never lowers the minimum, and values that are not ours, or that are beyond what
    this way of logging in can bring at the portal (`reach`; None: all of them), do not count.
    """
    found = (assurance_for_acr(minimum.scheme, acr) for acr in acr_values)
    known = [level for level in found if level and (reach is None or reach.meets(level))]
    wanted = min(known, key=lambda found: found.level, default=minimum)
    return wanted if wanted.meets(minimum) else minimum


def at_least(minimum: Assurance, levels: Sequence[Assurance]) -> Assurance:
    """The minimum, raised to the strongest of the levels of its scheme: what every role would take."""
    same_scheme = [level for level in levels if level.scheme is minimum.scheme]
    return max([minimum, *same_scheme], key=lambda found: found.level)


def earlier_login_suffices(progress: Progress) -> bool:
    """Whether the running session answers this request without asking the person anything."""
    earlier = _usable(progress)
    return earlier is not None and is_enough(progress, earlier.assurance)


def earlier_login_steps_up(progress: Progress) -> bool:
    """Whether the running session would answer this request if only a second factor were added to it.

    Whoever chose a way of logging in wants a new login.
    """
    earlier = _usable(progress)
    if earlier is None or progress.evidence is not None or progress.chosen is not None:
        return False
    can_be_raised = earlier.assurance.scheme in TAKES_SECOND_FACTOR
    return can_be_raised and not is_enough(progress, earlier.assurance)


def is_enough(progress: Progress, reached: Assurance) -> bool:
    """Whether the portal accepts this scheme, and at this level."""
    required = progress.wish.requirement_for(reached.scheme)
    return required is not None and reached.meets(required)


def relation_opens(relation: Relation, wish: RelationWish) -> bool:
    """Whether the roles there open the portal, and allow each action that it named."""
    held = frozenset(relation.roles)
    return not held.isdisjoint(wish.roles) and all(not held.isdisjoint(roles) for roles in wish.actions)


def _usable(progress: Progress) -> EarlierLogin | None:
    """The running session, if it may serve this portal and request, whatever its level."""
    earlier, wish = progress.earlier, progress.wish
    if earlier is None or wish.fresh or earlier.account_type is not wish.account_type:
        return None
    if wish.requirement_for(earlier.assurance.scheme) is None:
        return None
    if earlier.portal != progress.portal and earlier.assurance.scheme not in _SERVES_ITS_BRAND:
        return None
    if wish.max_age_seconds is None:
        return earlier
    young = progress.now - earlier.authenticated_at <= timedelta(seconds=wish.max_age_seconds)
    return earlier if young else None
