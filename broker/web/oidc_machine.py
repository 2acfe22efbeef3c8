"""The endpoints of the OpenID Provider that programs call: metadata, keys, tokens, userinfo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from broker.abuse.address_limits import AddressGuard
from broker.audit.recorder import Auditor
from broker.domain.clock import Clock
from broker.domain.events import (
    RequestsHeldBack,
    Result,
    TokenRefused,
    TokensIssued,
    TokensRefreshed,
    TokensRevoked,
    UserInfoRead,
)
from broker.oidc.answers import JsonAnswer
from broker.oidc.collectivities import SearchRequest
from broker.oidc.discovery import Endpoints
from broker.oidc.documents import PublicDocument
from broker.oidc.forms import FormRequest
from broker.oidc.provider import OpenIDProvider
from broker.oidc.userinfo import UserinfoRequest
from broker.web.source_address import source_block
from broker.web.trimmed_flask import request_at_hand


@dataclass(frozen=True, slots=True)
class MachineEndpoints:
    """What the machine endpoints need."""

    provider: OpenIDProvider
    auditor: Auditor
    guard: AddressGuard
    clock: Clock


def machine_blueprint(endpoints: MachineEndpoints) -> Blueprint:
    """Discovery on both paths, the key set, and the endpoints for tokens."""
    blueprint = Blueprint("oidc_machine", __name__)
    provider = endpoints.provider

    def metadata() -> Response:
        return _public(provider.discovery)

    for path in provider.endpoints.well_known_paths:
        blueprint.add_url_rule(path, view_func=metadata, endpoint=path.rpartition("/")[2])

    @blueprint.get(Endpoints.JWKS_PATH)
    def jwks() -> Response:
        return _public(provider.keys.document)

    @blueprint.post(Endpoints.TOKEN_PATH)
    def token() -> Response:
        return _told(endpoints, provider.token.answer(_form()))

    @blueprint.post(Endpoints.REVOCATION_PATH)
    def revoke() -> Response:
        return _told(endpoints, provider.revocation.answer(_form()))

    @blueprint.post(Endpoints.INTROSPECTION_PATH)
    def introspect() -> Response:
        return _told(endpoints, provider.introspection.answer(_form()))

    _add_bearer_endpoints(blueprint, endpoints)
    return blueprint


def _add_bearer_endpoints(blueprint: Blueprint, endpoints: MachineEndpoints) -> None:
    """What answers whoever holds an access token."""
    provider = endpoints.provider

    @blueprint.route(Endpoints.USERINFO_PATH, methods=["GET", "POST"])
    def userinfo() -> ResponseReturnValue:
        asked = request_at_hand()
        answer = provider.userinfo.answer(
            UserinfoRequest(
                authorization=asked.headers.get("Authorization"),
                query=pairs(asked.args.items(multi=True)),
                body=pairs(asked.form.items(multi=True)),
            )
        )
        return _told(endpoints, answer)

    @blueprint.get(Endpoints.COLLECTIVITIES_PATH)
    def collectivities() -> ResponseReturnValue:
        asked = SearchRequest(
            authorization=request.headers.get("Authorization"),
            query=pairs(request.args.items(multi=True)),
        )
        return _told(endpoints, provider.collectivities.answer(asked))


def pairs(items: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Parameters in the order in which they came, repeated ones included."""
    return tuple(items)


def _public(document: PublicDocument) -> Response:
    """A document that anybody may keep; 304 when the caller has this very one (RFC 9110 13.1.2)."""
    response = Response(document.body, headers=list(document.headers))
    response.make_conditional(request)
    return response


def _form() -> FormRequest:
    asked = request_at_hand()
    return FormRequest(
        content_type=asked.content_type,
        authorization=asked.headers.get("Authorization"),
        body=pairs(asked.form.items(multi=True)),
        query=pairs(asked.args.items(multi=True)),
    )


def _told(endpoints: MachineEndpoints, answer: JsonAnswer) -> Response:
    """The answer as it is sent, once it is written down."""
    _note(endpoints, answer)
    return Response(answer.body, answer.status, headers=list(answer.headers))


# What is written down of an answer that gave something, by the reason that the endpoint names.
_ACTS: Mapping[str, type[TokensIssued | TokensRefreshed | TokensRevoked | UserInfoRead]] = {
    "tokens-issued": TokensIssued,
    "tokens-refreshed": TokensRefreshed,
    "tokens-revoked": TokensRevoked,
    "userinfo-told": UserInfoRead,
}


def _note(endpoints: MachineEndpoints, answer: JsonAnswer) -> None:
    """Write down what was given or refused; asking about a token gives nothing and stays out."""
    client = endpoints.provider.clients.find(answer.client_id)
    brand = client.brand if client else None
    if answer.status != HTTPStatus.OK:
        if client is None and not _is_worth_an_event(endpoints):
            return
        endpoints.auditor.record(
            TokenRefused(brand=brand, result=Result.REFUSED, client_id=answer.client_id, reason=answer.reason)
        )
    elif act := _ACTS.get(answer.reason):
        endpoints.auditor.record(
            act(brand=brand, result=Result.SUCCESS, client_id=answer.client_id or "", sid=answer.sid or "")
        )


def _is_worth_an_event(endpoints: MachineEndpoints) -> bool:
    """Whether one more caller who proved nothing is written down: else anybody could fill the log for good.

    Where there were too many from one block, one event a minute says so.
    """
    held = endpoints.guard.may_note(source_block(), now=endpoints.clock())
    if held is not None and held.is_first:
        event = RequestsHeldBack(brand=None, result=Result.REFUSED, limit=held.limit)
        endpoints.auditor.record(event)
    return held is None
