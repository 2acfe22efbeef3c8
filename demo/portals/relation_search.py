"""Searching the relations of somebody who has more of them than fit into a token: the broker is asked."""

from __future__ import annotations

from dataclasses import dataclass

import requests

from demo.portals.logins import Login
from demo.portals.provider import TIMEOUT_SECONDS, Provider, ProviderUnavailable, local_session
from demo.portals.relations import Relation, Work, relations_of

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Found:
    """One page of relations; `total` counts all that match, `next_cursor` is empty on the last page."""

    relations: tuple[Relation, ...]
    total: int
    next_cursor: str = ""


@dataclass(frozen=True, slots=True)
class RelationSearch:
    """Finds relations by name or number: in the token when that names all of them, or else at the broker."""

    provider: Provider

    def find(self, login: Login, work: Work, words: str, cursor: str = "") -> Found:
        """One page; `ProviderUnavailable` when the broker gives no usable answer."""
        if work.is_all_known:
            matching = tuple(one for one in work.known if one.matches(words))
            return Found(matching, len(matching))
        return self._ask(login, words, cursor)

    def _ask(self, login: Login, words: str, cursor: str) -> Found:
        endpoint = self.provider.metadata().collectivities_endpoint
        if endpoint is None:
            raise ProviderUnavailable("the broker has no search for collectivities")
        asked = {"q": words.strip(), "limit": str(PAGE_SIZE), "cursor": cursor}
        try:
            with local_session() as session:
                answer = session.get(
                    endpoint,
                    params={name: value for name, value in asked.items() if value},
                    headers={"Authorization": f"Bearer {login.access_token}"},
                    timeout=TIMEOUT_SECONDS,
                )
            answer.raise_for_status()
            document = answer.json()
        except requests.RequestException as fault:
            raise ProviderUnavailable("the search gives no answer") from fault
        if not isinstance(document, dict) or not isinstance(document.get("total"), int):
            raise ProviderUnavailable("the answer of the search cannot be read")
        relations = relations_of(document.get("collectivities"))
        return Found(relations, document["total"], str(document.get("next_cursor") or ""))
