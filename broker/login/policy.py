"""What a portal's rules and a portal's request together demand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from broker.domain.assurance import Assurance, assurance_for_acr
from broker.login.progress import Progress


def raised(minimum: Assurance, acr_values: Sequence[str]) -> Assurance:
    """The portal's minimum, raised to the weakest of the levels its request names.

    Any of the requested levels satisfies the request (OpenID Connect Core 3.1.2.1), so the weakest of
    them counts; a request never lowers the minimum, and values that are not ours do not count.
    """
    known = [found for acr in acr_values if (found := assurance_for_acr(minimum.scheme, acr))]
    wanted = min(known, key=lambda found: found.level, default=minimum)
    return wanted if wanted.meets(minimum) else minimum


def earlier_login_suffices(progress: Progress) -> bool:
    """Whether the running session answers this request without asking the person anything.

    A DigiD login serves the portal it was made for and no other (Logius checklist D2: no propagation),
    so the portal has to be the same one.
    """
    earlier, wish = progress.earlier, progress.wish
    if earlier is None or wish.fresh:
        return False
    if earlier.portal != progress.portal or earlier.account_type is not wish.account_type:
        return False
    required = wish.requirement_for(earlier.assurance.scheme)
    if required is None or not earlier.assurance.meets(required):
        return False
    if wish.max_age_seconds is None:
        return True
    return progress.now - earlier.authenticated_at <= timedelta(seconds=wish.max_age_seconds)
