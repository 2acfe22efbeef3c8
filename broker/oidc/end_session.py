"""Logging out at a portal's request (OpenID Connect RP-Initiated Logout 1.0): deciding what happens next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from broker.oidc.authorization_checks import echoed_state
from broker.oidc.clients import Client, ClientRegistry
from broker.oidc.errors import ShownError
from broker.oidc.id_token_hint import HintedLogin, HintReader
from broker.oidc.jose import TokenRefused
from broker.oidc.parameters import Parameters, read_parameters


@dataclass(frozen=True, slots=True)
class LogoutNow:
    """The portal proved which login it means: end session `sid`, then go to `redirect_to` or say so.

    The session in the browser may be another one; only `sid` may be ended without asking.
    """

    client: Client
    sid: str
    redirect_to: str | None
    state: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class AskFirst:
    """Nothing is proved: show a page, end nothing until the person says yes there.

    `redirect_to` is set only when the client is known and registered exactly that address.
    """

    client: Client | None
    redirect_to: str | None
    state: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class RefusedHint:
    """The hint is forged, foreign or contradicts client_id: an error page, no redirect, nothing ended."""

    detail: str


EndSessionDecision = LogoutNow | AskFirst | RefusedHint


class EndSessionEndpoint:
    """Decides; ends nothing itself."""

    def __init__(self, hints: HintReader, clients: ClientRegistry) -> None:
        self._hints = hints
        self._clients = clients

    def decide(self, pairs: Sequence[tuple[str, str]], *, in_url: bool) -> EndSessionDecision:
        """Judge the parameters of a GET (`in_url`) or POST; `ShownError` when one is repeated.

        A hint with a BSN in a URL counts for nothing: history and logs would keep it, and a portal that
        finds itself asking the person each time learns to post it.
        """
        parameters = read_parameters(pairs)
        if parameters.repeated:
            raise ShownError("a parameter is repeated")
        hint = parameters.get("id_token_hint")
        if hint is None:
            return self._without_hint(parameters)
        try:
            login = self._hints.read(hint)
        except TokenRefused as error:
            return RefusedHint(str(error))
        if parameters.get("client_id") not in {None, login.client.client_id}:
            return RefusedHint("client_id is not the client of the hint")
        if login.holds_bsn and in_url:
            return _ask(login.client, parameters)
        return _with_hint(login, parameters)

    def _without_hint(self, parameters: Parameters) -> AskFirst:
        return _ask(self._clients.find(parameters.get("client_id")), parameters)


def _with_hint(login: HintedLogin, parameters: Parameters) -> EndSessionDecision:
    asked = parameters.get("post_logout_redirect_uri")
    if asked is None:
        return LogoutNow(login.client, login.sid, None, None)
    redirect_to = _registered(login.client, asked)
    if redirect_to is None:
        return AskFirst(login.client, None, None)
    return LogoutNow(login.client, login.sid, redirect_to, echoed_state(parameters))


def _ask(client: Client | None, parameters: Parameters) -> AskFirst:
    redirect_to = _registered(client, parameters.get("post_logout_redirect_uri"))
    return AskFirst(client, redirect_to, echoed_state(parameters) if redirect_to else None)


def _registered(client: Client | None, asked: str | None) -> str | None:
    """The address if it is, byte for byte, one that the client registered for this."""
    return asked if client is not None and asked in client.post_logout_redirect_uris else None
