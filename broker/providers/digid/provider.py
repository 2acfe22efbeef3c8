"""DigiD as a provider: sends the browser away, resolves the artifact once, and says what came of it."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from broker.domain.assurance import Assurance, DigidLevel, Scheme
from broker.domain.identity import Failed, ProviderOutcome, Unavailable
from broker.providers.answers.claiming import Claiming, UsedMessages
from broker.providers.answers.expected import Expected
from broker.providers.base import Answer, ArtifactAnswer, Begun, SentRequest
from broker.providers.digid.connection import DigidConnection
from broker.providers.digid.form import digid_profile
from broker.providers.digid.request import new_question, new_resolve, send_by_browser
from broker.providers.digid.semantics import judge
from broker.providers.saml.artifact import check_artifact
from broker.providers.saml.bounded_answer import ChannelUnavailable
from broker.providers.saml.gate import fingerprint, open_artifact_response
from broker.providers.saml.measured_channel import MeasuredChannel
from broker.providers.saml.metadata import NothingTrusted
from broker.providers.saml.refusal import AnswerRefused, GateRefused, MeaningRefused
from broker.providers.saml.rollover import Rollover
from broker.providers.saml.soap_channel import SoapChannel
from broker.providers.saml.values import VerifiedArtifactResponse

PROVIDER_NAME: Final = "digid"


class BackChannel(Protocol):
    """Carries an envelope to DigiD and brings back the bytes of the answer."""

    def call(self, envelope: bytes, endpoint: str, now: datetime) -> bytes:
        """Raises `ChannelUnavailable` or `ChannelRefused`."""
        ...


class DigidProvider:
    """One brand's DigiD. Holds loaded keys and a kept-alive channel; shared by all threads of a worker."""

    def __init__(self, connection: DigidConnection, channel: BackChannel, used: UsedMessages) -> None:
        self._connection = connection
        self._channel = channel
        self._claiming = Claiming(used, brand=connection.brand, provider=PROVIDER_NAME)
        self._profile = digid_profile(want_assertions_signed=connection.want_assertions_signed)

    @property
    def scheme(self) -> Scheme:
        """That of DigiD."""
        return Scheme.DIGID

    def begin(self, required: Assurance, *, relay_state: str, now: datetime) -> Begun:
        """A signed AuthnRequest for at least `required`; `ValueError` for another scheme's level."""
        if not isinstance(required.level, DigidLevel):
            raise ValueError("DigiD is asked for levels of DigiD only")  # noqa: TRY004 - a level is a value.
        question = new_question(self._connection, required.level, now)
        sent = SentRequest(
            provider=PROVIDER_NAME,
            brand=self._connection.brand,
            request_id=question.id,
            required=required,
            sent_at=now,
            entity_id=self._connection.idp.entity_id,
        )
        return Begun(sent, send_by_browser(self._connection, question, relay_state))

    def complete(self, answer: Answer, sent: SentRequest, *, now: datetime) -> ProviderOutcome:
        """Resolve the artifact, pass the gate and the checks. Never tries twice."""
        if not isinstance(answer, ArtifactAnswer):
            return Failed("answer.binding", "DigiD answers by artifact only")
        try:
            self._is_our_request(sent)
            return self._resolve_and_judge(answer.artifact, sent, now)
        except AnswerRefused as refusal:
            return Failed(refusal.reason_code, refusal.detail)
        except (ChannelUnavailable, NothingTrusted) as fault:
            return Unavailable(fault.reason_code, fault.detail)

    def _resolve_and_judge(self, artifact: str, sent: SentRequest, now: datetime) -> ProviderOutcome:
        idp = self._connection.idp
        endpoint = check_artifact(artifact, sent.entity_id, idp.resolution_urls)
        trusted = idp.trusted_keys(now)
        self._claiming.artifact(artifact, now)
        resolve = new_resolve(self._connection, artifact, now)
        received = self._channel.call(resolve.envelope, endpoint, now)
        verified = self._open(received, trusted)
        expected = Expected(sent, resolve.id, self._connection.entity_id, self._connection.acs_url, now)
        outcome = judge(verified, expected)
        self._claiming.messages(verified.response, now)
        return outcome

    def _open(self, received: bytes, trusted: Sequence[RSAPublicKey]) -> VerifiedArtifactResponse:
        try:
            return open_artifact_response(received, self._profile, trusted)
        except GateRefused as refusal:
            detail = f"{refusal.detail} (message {fingerprint(received)})"
            raise GateRefused(refusal.reason_code, detail) from refusal

    def _is_our_request(self, sent: SentRequest) -> None:
        """A request of another brand, provider or identity provider is never completed here (mix-up)."""
        ours = (PROVIDER_NAME, self._connection.brand, self._connection.idp.entity_id)
        if (sent.provider, sent.brand, sent.entity_id) != ours:
            raise MeaningRefused("request.other-provider", "the request was not sent by this connection")


def digid_provider(
    connection: DigidConnection, contexts: Rollover[ssl.SSLContext], used: UsedMessages
) -> DigidProvider:
    """The provider with its own kept-alive channel; make one per brand and worker process."""
    channel = SoapChannel(contexts, connection.patience)
    measured = MeasuredChannel(channel, brand=connection.brand, provider=PROVIDER_NAME)
    return DigidProvider(connection, measured, used)
