"""Why somebody is not let in at a portal, as a page: with the way on that helps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from broker.domain.second_factors import FactorKind
from broker.web.dead_end import DeadEnd
from broker.web.portals import Portals, PortalView

_STATUS: Final = 403
# Where what is missing can be set up, by the reason.
_SET_UP_AT: Final[Mapping[str, Callable[[PortalView], bool]]] = {
    "second-factor-missing": lambda portal: bool(portal.second_factors),
    "authenticator-missing": lambda portal: FactorKind.TOTP in portal.second_factors,
}


def refused_at(portals: Portals, portal: PortalView, reason: str) -> DeadEnd:
    """The page for a login at `portal` that ends without access."""
    helps = _SET_UP_AT.get(reason)
    if helps is None:
        return DeadEnd(reason, _STATUS, portal=portal)
    there = tuple(other for other in portals.of_brand(portal.brand.id) if helps(other))
    return DeadEnd(reason, _STATUS, brand=portal.brand, portals=there)
