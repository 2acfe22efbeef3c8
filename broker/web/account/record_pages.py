"""What there is of somebody, for them to see: what happened, which portal knows what, all of it as a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, make_response
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from broker.domain.events import LoginGranted, OwnAccountExported, Result
from broker.storage.account_events import OwnEvent
from broker.web.account.area import PATH, AccountArea, Visitor, acting_visitor, page_of, visitor_of
from broker.web.account.log_texts import event_sentence
from broker.web.account.own_record import own_record
from broker.web.dutch_time import day_and_time

_MOST_EVENTS: Final = 50


@dataclass(frozen=True, slots=True)
class EventView:
    """One event on the page. `when` is a day and a time; `is_refusal` when it did not succeed."""

    when: tuple[str, str]
    sentence: str
    is_refusal: bool


@dataclass(frozen=True, slots=True)
class SharedView:
    """One portal on the page: when somebody was last there, and the names of the claims that it may get."""

    name: str
    last: tuple[str, str]
    claims: tuple[str, ...]


def add_record_pages(blueprint: Blueprint, area: AccountArea) -> None:
    """``/<brand>/account/log``, ``…/shared`` and ``…/export``."""

    @blueprint.get(f"{PATH}/log")
    def log(brand: str) -> ResponseReturnValue:
        visitor = visitor_of(area, brand)
        return page_of(visitor, "account/log.html", "log", events=_events(area, visitor))

    @blueprint.get(f"{PATH}/shared")
    def shared(brand: str) -> ResponseReturnValue:
        visitor = visitor_of(area, brand)
        return page_of(visitor, "account/shared.html", "shared", portals=_shared(area, visitor))

    @blueprint.get(f"{PATH}/export")
    def export(brand: str) -> ResponseReturnValue:
        visitor = visitor_of(area, brand)
        return page_of(visitor, "account/export.html", "export", action=visitor.url("download"))

    @blueprint.post(f"{PATH}/export")
    def download(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        account = visitor.account
        area.pages.answers.auditor.record(
            OwnAccountExported(brand=account.brand, result=Result.SUCCESS, account_id=account.id)
        )
        portals = {shared.name: shared.claims for shared in _shared(area, visitor)}
        response = make_response(json.dumps(own_record(area, visitor, portals), ensure_ascii=False, indent=2))
        response.mimetype = "application/json"
        response.headers["Content-Disposition"] = f'attachment; filename="{account.brand}-account.json"'
        return response


def _events(area: AccountArea, visitor: Visitor) -> list[EventView]:
    found = area.records.events.latest(visitor.brand.id, visitor.account.id, most=_MOST_EVENTS)
    names = _portal_names(area, visitor)
    return [
        EventView(day_and_time(event.at), _sentence(event, names), event.result != Result.SUCCESS)
        for event in found
    ]


def _sentence(event: OwnEvent, names: Mapping[str, str]) -> str:
    portal = names.get(event.client_id or "") or str(gettext("een portaal"))
    factor = event.detail.get("factor")
    return event_sentence(event.kind, portal=portal, factor=str(factor) if factor else None)


def _portal_names(area: AccountArea, visitor: Visitor) -> dict[str, str]:
    return {portal.client_id: portal.name for portal in area.pages.portals.around(visitor.brand.id)}


def _shared(area: AccountArea, visitor: Visitor) -> list[SharedView]:
    last = area.records.events.last_at_clients(visitor.brand.id, visitor.account.id, LoginGranted.kind)
    return [
        SharedView(portal.name, day_and_time(last[portal.client_id]), portal.claims)
        for portal in area.pages.portals.of_brand(visitor.brand.id)
        if portal.client_id in last
    ]
