"""The endpoints of the OpenID Provider that programs call: metadata, keys, token, userinfo."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from broker.audit.recorder import Auditor
from broker.domain.events import Result, TokenRefused, TokensIssued, UserInfoRead
from broker.oidc.answers import JsonAnswer
from broker.oidc.discovery import Endpoints
from broker.oidc.documents import PublicDocument
from broker.oidc.provider import OpenIDProvider
from broker.oidc.token import TokenRequest
from broker.oidc.userinfo import UserinfoRequest


@dataclass(frozen=True, slots=True)
class MachineEndpoints:
    """What the machine endpoints need."""

    provider: OpenIDProvider
    auditor: Auditor


def machine_blueprint(endpoints: MachineEndpoints) -> Blueprint:
    """Discovery on both paths, the key set, and the token and userinfo endpoints."""
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
        answer = provider.token.answer(
            TokenRequest(
                content_type=request.content_type,
                authorization=request.headers.get("Authorization"),
                body=pairs(request.form.items(multi=True)),
                query=pairs(request.args.items(multi=True)),
            )
        )
        _note_token(endpoints, answer)
        return _json(answer)

    @blueprint.route(Endpoints.USERINFO_PATH, methods=["GET", "POST"])
    def userinfo() -> ResponseReturnValue:
        answer = provider.userinfo.answer(
            UserinfoRequest(
                authorization=request.headers.get("Authorization"),
                query=pairs(request.args.items(multi=True)),
                body=pairs(request.form.items(multi=True)),
            )
        )
        _note_userinfo(endpoints, answer)
        return _json(answer)

    return blueprint


def pairs(items: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Parameters in the order in which they came, repeated ones included."""
    return tuple(items)


def _public(document: PublicDocument) -> Response:
    """A document that anybody may keep; 304 when the caller has this very one (RFC 9110 13.1.2)."""
    response = Response(document.body, headers=list(document.headers))
    response.make_conditional(request)
    return response


def _json(answer: JsonAnswer) -> Response:
    return Response(answer.body, answer.status, headers=list(answer.headers))


def _note_token(endpoints: MachineEndpoints, answer: JsonAnswer) -> None:
    brand = _brand_of(endpoints, answer)
    if answer.status == HTTPStatus.OK:
        endpoints.auditor.record(
            TokensIssued(
                brand=brand, result=Result.SUCCESS, client_id=answer.client_id or "", sid=answer.sid or ""
            )
        )
        return
    endpoints.auditor.record(
        TokenRefused(brand=brand, result=Result.REFUSED, client_id=answer.client_id, reason=answer.reason)
    )


def _note_userinfo(endpoints: MachineEndpoints, answer: JsonAnswer) -> None:
    brand = _brand_of(endpoints, answer)
    if answer.status == HTTPStatus.OK:
        endpoints.auditor.record(
            UserInfoRead(
                brand=brand, result=Result.SUCCESS, client_id=answer.client_id or "", sid=answer.sid or ""
            )
        )
        return
    endpoints.auditor.record(
        TokenRefused(brand=brand, result=Result.REFUSED, client_id=answer.client_id, reason=answer.reason)
    )


def _brand_of(endpoints: MachineEndpoints, answer: JsonAnswer) -> str | None:
    client = endpoints.provider.clients.find(answer.client_id)
    return client.brand if client else None
