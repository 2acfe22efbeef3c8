"""Where the insurer's own people log in: at the broker itself, by an entrance of their brand."""

from __future__ import annotations


def entrance_of(brand: str) -> str:
    """What stands for the portal, and for its client, where staff log in; no portal's name has a colon."""
    return f"{brand}:staff"
