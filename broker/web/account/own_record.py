"""All that is kept of somebody, for them to take along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from broker.web.account.area import AccountArea, Visitor
from broker.web.account.session_pages import session_views

_MOST_EVENTS: Final = 10_000


def own_record(
    area: AccountArea, visitor: Visitor, portals: Mapping[str, Sequence[str]]
) -> dict[str, object]:
    """What is kept of the person; secrets and hashes are not theirs to read, and nobody else's either.

    `portals` are those where they were, each with the claims that it may get. The number that DigiD knows
    somebody by (BSN) is left out: they have it, and a file lies about.
    """
    account = visitor.account
    return {
        "brand": visitor.brand.legal_name,
        "account": {"type": account.type.value, "name": account.name, "email": account.email},
        "second_factors": _factors(area, visitor),
        "eherkenning": [bound.party for bound in area.records.bindings.organisations_of(account)],
        "collectivities": [number.number for number in area.records.members.numbers_of(account.id)],
        "roles": _roles(area, visitor),
        "devices": _devices(area, visitor),
        "sessions": [
            {"device": view.device, "network": view.network, "portals": list(view.portals)}
            for view in session_views(area, visitor)
        ],
        "portals": [{"name": name, "claims": list(claims)} for name, claims in portals.items()],
        "events": _events(area, visitor),
    }


def _factors(area: AccountArea, visitor: Visitor) -> list[dict[str, str]]:
    return [
        {"kind": factor.kind.value, "number_ends_in": factor.label, "since": factor.created_at.isoformat()}
        for factor in area.factors.service.kinds_of(visitor.account.id)
    ]


def _roles(area: AccountArea, visitor: Visitor) -> list[dict[str, str | None]]:
    return [
        {
            "collectivity": number.number,
            "role": grant.role,
            "since": grant.given_at.isoformat(),
            "until": grant.ends_at.isoformat() if grant.ends_at else None,
            "reason": grant.reason,
        }
        for number, grant in area.records.roles.with_numbers(visitor.account.id)
    ]


def _devices(area: AccountArea, visitor: Visitor) -> list[dict[str, str]]:
    return [
        {
            "browser": device.label,
            "network": device.network_block,
            "first_used": device.first_seen_at.isoformat(),
            "last_used": device.last_seen_at.isoformat(),
        }
        for device in area.records.devices.of_account(visitor.account.id)
    ]


def _events(area: AccountArea, visitor: Visitor) -> list[dict[str, object]]:
    found = area.records.events.latest(visitor.brand.id, visitor.account.id, most=_MOST_EVENTS)
    return [
        {
            "at": event.at.isoformat(),
            "kind": event.kind,
            "result": event.result,
            "portal": event.client_id,
            **event.detail,
        }
        for event in found
    ]
