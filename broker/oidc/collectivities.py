"""The search endpoint: collectivities that the person of an access token reaches at this portal."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from broker.domain.rights import Relation
from broker.oidc.answers import JsonAnswer, bearer_error, forbidden, success
from broker.oidc.claims import listed_relation, organisation_claim
from broker.oidc.clients import Client
from broker.oidc.errors import OAuthCode, Refusal
from broker.oidc.living_tokens import LivingGrant, LivingTokens
from broker.oidc.rights import CurrentRights

DEFAULT_LIMIT: Final = 20
MOST_LIMIT: Final = 50
MOST_TYPED: Final = 100
_LONGEST_CURSOR: Final = 1024
_NUMBER: Final = re.compile(r"[0-9]{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A GET as it came in, its query decoded."""

    authorization: str | None = field(repr=False)
    query: tuple[tuple[str, str], ...] = field(repr=False, default=())


class CollectivitiesEndpoint:
    """Answers searches. What it tells of each is what the portal may know of the active one."""

    def __init__(self, issuer: str, tokens: LivingTokens, rights: CurrentRights) -> None:
        self._issuer = issuer
        self._tokens = tokens
        self._rights = rights

    def answer(self, request: SearchRequest) -> JsonAnswer:
        """A page as JSON, or an error of RFC 6750 3; never an exception for what the caller sent."""
        found = self._tokens.of_bearer(request.authorization, request.query, realm=self._issuer)
        if isinstance(found, JsonAnswer):
            return found
        token, living = found
        if "collectivities" not in token.client.claims or living.grant.acting is None:
            return forbidden(realm=self._issuer, client_id=token.client.client_id)
        try:
            return self._page(token.client, living, _asked(request.query))
        except ValueError:
            refusal = Refusal(OAuthCode.INVALID_REQUEST, "q, limit or cursor is not usable")
            return bearer_error(refusal, realm=self._issuer, reason="search-unusable")

    def _page(self, client: Client, living: LivingGrant, asked: tuple[str, int, str | None]) -> JsonAnswer:
        grant, reached = living.grant, living.source.assurance
        if grant.acting is None:
            raise ValueError("the grant is for no collectivity")
        page = self._rights.search(client, grant.acting, reached, asked)
        tell = _telling(client)
        content: dict[str, object] = {
            "collectivities": [tell(relation) for relation in page.relations],
            "total": page.total,
        }
        if page.after is not None:
            content["next_cursor"] = page.after
        return success(content, client_id=grant.client_id, sid=grant.sid, reason="collectivities-told")


def _telling(client: Client) -> Callable[[Relation], dict[str, object]]:
    """How one is told; its organisation only to a portal that hears of organisations."""
    if "organisation" not in client.claims:
        return listed_relation
    return lambda found: {**listed_relation(found), "organisation": organisation_claim(found.organisation)}


def _asked(query: tuple[tuple[str, str], ...]) -> tuple[str, int, str | None]:
    """What was typed, how many, and behind which cursor; `ValueError` for what is not usable."""
    given = dict(query)
    if len(given) < len(query):
        raise ValueError("a parameter is repeated")
    typed, limit, cursor = given.get("q", ""), given.get("limit"), given.get("cursor")
    if len(typed) > MOST_TYPED or (cursor is not None and len(cursor) > _LONGEST_CURSOR):
        raise ValueError("too long")
    if limit is not None and not _NUMBER.fullmatch(limit):
        raise ValueError("not a number")
    most = DEFAULT_LIMIT if limit is None else int(limit)
    if most < 1:
        raise ValueError("nothing is asked for")
    return typed, min(most, MOST_LIMIT), cursor
