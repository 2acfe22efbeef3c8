"""What the endpoints for a portal's server have in common: a form, and a client that proves itself first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from broker.oidc.answers import JsonAnswer, token_error
from broker.oidc.client_authentication import ClientAuthenticator, refusal_reason
from broker.oidc.clients import Client
from broker.oidc.errors import Refusal
from broker.oidc.forms import FormRequest, read_form
from broker.oidc.parameters import Parameters


@dataclass(frozen=True, slots=True)
class ProvedClients:
    """Lets nobody but an authenticated client ask (RFC 6749 3.2.1), and answers refusals (5.2)."""

    issuer: str
    authenticator: ClientAuthenticator

    def answer(
        self,
        request: FormRequest,
        act: Callable[[Client, Parameters], JsonAnswer],
        *,
        reason: Callable[[Refusal], str] = refusal_reason,
    ) -> JsonAnswer:
        """What `act` answers this client; a `Refusal` of it is told, with its `reason` for the log."""
        client: Client | None = None
        try:
            form = read_form(request)
            client = self.authenticator.authenticate(request.authorization, form)
            return act(client, form)
        except Refusal as refusal:
            client_id = client.client_id if client else None
            return token_error(refusal, realm=self.issuer, client_id=client_id, reason=reason(refusal))
