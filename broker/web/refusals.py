"""Why somebody is not let in at a portal, as a page: with the way on that helps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from flask_babel import gettext

from broker.domain.access import PortalAccess
from broker.domain.second_factors import FactorKind
from broker.web.dead_end import DeadEnd, TextList
from broker.web.portals import Portals, PortalView

_STATUS: Final = 403
_ROLE_IS_MISSING: Final = frozenset({"no-role", "no-role-within-mandate"})
# Where what is missing can be set up, by the reason.
_SET_UP_AT: Final[Mapping[str, Callable[[PortalView], bool]]] = {
    "second-factor-missing": lambda portal: bool(portal.second_factors),
    "authenticator-missing": lambda portal: FactorKind.TOTP in portal.second_factors,
}


def refused_at(portals: Portals, portal: PortalView, reason: str) -> DeadEnd:
    """The page for a login at `portal` that ends without access."""
    if reason in _ROLE_IS_MISSING and portal.access is not None:
        return DeadEnd(reason, _STATUS, portal=portal).telling(*_who_helps(portal, portal.access))
    helps = _SET_UP_AT.get(reason)
    if helps is None:
        return DeadEnd(reason, _STATUS, portal=portal)
    there = tuple(other for other in portals.of_brand(portal.brand.id) if helps(other))
    return DeadEnd(reason, _STATUS, brand=portal.brand, portals=there)


def _who_helps(portal: PortalView, access: PortalAccess) -> tuple[TextList, ...]:
    """The roles that are missing, and who can give one: a colleague whose role may, and the desk."""
    brand = portal.brand
    givers = [
        role
        for role in brand.roles.roles
        if any(brand.roles.may_grant((role,), wanted) for wanted in access.roles)
    ]
    colleagues = [gettext("uw collega met de rol %(role)s", role=brand.role_name(role)) for role in givers]
    desk = gettext(
        "%(desk)s: %(phone)s of %(email)s",
        desk=brand.desk.name,
        phone=brand.desk.phone,
        email=brand.desk.email,
    )
    missing = tuple(brand.role_name(role.id) for role in brand.roles.known(access.roles))
    return (
        TextList(gettext("Eén van deze rollen heeft u nodig"), missing),
        TextList(gettext("Wie u kan helpen"), (*colleagues, desk)),
    )
