"""The chosen provider has to vouch for the person."""

from __future__ import annotations

from broker.login.policy import earlier_login_suffices
from broker.login.progress import Decision, GoUpstream, Progress


def authenticate(progress: Progress) -> Decision | None:
    """Pass when there is evidence or a running login that suffices; else go to the chosen provider."""
    if progress.evidence is not None or earlier_login_suffices(progress) or progress.chosen is None:
        return None
    required = progress.wish.requirement_for(progress.chosen)
    return GoUpstream(required) if required else None
