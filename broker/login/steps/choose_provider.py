"""Somebody who is not logged in yet picks a way of logging in."""

from __future__ import annotations

from broker.login.policy import earlier_login_steps_up, earlier_login_suffices
from broker.login.progress import AskProvider, Decision, Progress, Refuse


def choose_provider(progress: Progress) -> Decision | None:
    """Pass when a choice was made or is not needed; a silent request that needs one ends here."""
    if earlier_login_suffices(progress) or progress.evidence is not None:
        return None
    if earlier_login_steps_up(progress) and not progress.wish.silent:
        return None
    if progress.wish.silent:
        return Refuse("login-required")
    if progress.chosen is None:
        return AskProvider(progress.wish.schemes)
    if progress.wish.requirement_for(progress.chosen) is None:
        return Refuse("provider-not-allowed")
    return None
