"""Who acts for another party comes in only where the portal says that it understands that."""

from __future__ import annotations

from broker.login.progress import Decision, Progress, Refuse


def check_representation(progress: Progress) -> Decision | None:
    """Refuse a represented login at a portal that would take the person for acting on their own behalf.

    A client that ignores `represents` must not be given representation at all (NL GOV OpenID Connect 5.2.4).
    """
    evidence = progress.evidence
    if evidence is None or evidence.represents is None or progress.wish.represented:
        return None
    return Refuse("representation-not-understood")
