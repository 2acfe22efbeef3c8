"""eHerkenning as a provider: sends the browser away, takes the answer once, and says what came of it."""

from __future__ import annotations

import ssl
from datetime import datetime
from typing import Final, Protocol

from broker.domain.assurance import Assurance, EherkenningLevel, Scheme
from broker.domain.identity import Authenticated, Cancelled, Failed, ProviderOutcome, Unavailable
from broker.providers.answers.claiming import Claiming, UsedMessages
from broker.providers.answers.expected import Expected
from broker.providers.base import Answer, ArtifactAnswer, Begun, PostedAnswer, SentRequest
from broker.providers.eherkenning.connection import AnswerBinding, EherkenningConnection
from broker.providers.eherkenning.form import BY_ARTIFACT, BY_POST
from broker.providers.eherkenning.posted import decode_posted
from broker.providers.eherkenning.request import new_question, new_resolve, send_by_browser
from broker.providers.eherkenning.semantics import judge_artifact_response, judge_response
from broker.providers.eherkenning.service import Service
from broker.providers.saml.artifact import check_artifact
from broker.providers.saml.bounded_answer import ChannelUnavailable
from broker.providers.saml.gate import fingerprint, open_artifact_response
from broker.providers.saml.measured_channel import MeasuredChannel
from broker.providers.saml.metadata import NothingTrusted
from broker.providers.saml.refusal import AnswerRefused, GateRefused, MeaningRefused
from broker.providers.saml.response_gate import open_response
from broker.providers.saml.rollover import Rollover
from broker.providers.saml.soap_channel import SoapChannel

PROVIDER_NAME: Final = "eherkenning"


class BackChannel(Protocol):
    """Carries an envelope to the herkenningsmakelaar and brings back the bytes of the answer."""

    def call(self, envelope: bytes, endpoint: str, now: datetime) -> bytes:
        """Raises `ChannelUnavailable` or `ChannelRefused`."""
        ...


class EherkenningProvider:
    """One brand's eHerkenning, with loaded keys and a kept-alive channel; shared by a worker's threads."""

    def __init__(self, connection: EherkenningConnection, channel: BackChannel, used: UsedMessages) -> None:
        self._connection = connection
        self._channel = channel
        self._claiming = Claiming(used, brand=connection.brand, provider=PROVIDER_NAME)

    @property
    def scheme(self) -> Scheme:
        """That of eHerkenning."""
        return Scheme.EHERKENNING

    def begin(self, required: Assurance, *, relay_state: str, now: datetime) -> Begun:
        """A signed AuthnRequest for the service whose level is enough; `ValueError` where there is none."""
        question = new_question(self._connection, self._service(required), now)
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
        """Pass the gate and the checks, after resolving the artifact if it is one. Never tries twice."""
        try:
            self._is_our_request(sent)
            return self._judge(answer, sent, now)
        except AnswerRefused as refusal:
            return Failed(refusal.reason_code, refusal.detail)
        except (ChannelUnavailable, NothingTrusted) as fault:
            return Unavailable(fault.reason_code, fault.detail)

    def _judge(self, answer: Answer, sent: SentRequest, now: datetime) -> Authenticated | Cancelled:
        by_post = self._connection.answer_binding is AnswerBinding.POST
        if isinstance(answer, PostedAnswer) is not by_post:
            raise GateRefused("answer.binding", "the answer came by another way than was asked")
        match answer:
            case ArtifactAnswer(artifact):
                return self._resolve_and_judge(artifact, sent, now)
            case PostedAnswer(message):
                return self._judge_posted(message, sent, now)

    def _resolve_and_judge(
        self, artifact: str, sent: SentRequest, now: datetime
    ) -> Authenticated | Cancelled:
        idp = self._connection.idp
        endpoint = check_artifact(artifact, sent.entity_id, idp.resolution_urls)
        trusted = idp.trusted_keys(now)
        self._claiming.artifact(artifact, now)
        resolve = new_resolve(self._connection, artifact, now)
        received = self._channel.call(resolve.envelope, endpoint, now)
        try:
            verified = open_artifact_response(received, BY_ARTIFACT, trusted)
        except GateRefused as refusal:
            raise _told_apart(refusal, received) from refusal
        expected = self._expected(sent, resolve.id, now)
        outcome = judge_artifact_response(verified, expected, self._connection, self._service(sent.required))
        self._claiming.messages(verified.response, now)
        return outcome

    def _judge_posted(self, message: str, sent: SentRequest, now: datetime) -> Authenticated | Cancelled:
        trusted = self._connection.idp.trusted_keys(now)
        received = decode_posted(message)
        try:
            verified = open_response(received, BY_POST, trusted)
        except GateRefused as refusal:
            raise _told_apart(refusal, received) from refusal
        expected = self._expected(sent, "", now)
        outcome = judge_response(verified, expected, self._connection, self._service(sent.required))
        self._claiming.messages(verified, now)
        return outcome

    def _expected(self, sent: SentRequest, resolve_id: str, now: datetime) -> Expected:
        return Expected(sent, resolve_id, self._connection.entity_id, self._connection.acs_url, now)

    def _service(self, required: Assurance) -> Service:
        is_of_eherkenning = isinstance(required.level, EherkenningLevel)
        service = self._connection.service_for(required) if is_of_eherkenning else None
        if service is None:
            raise ValueError("there is no service of eHerkenning for this level")
        return service

    def _is_our_request(self, sent: SentRequest) -> None:
        """A request of another brand, provider or herkenningsmakelaar is never completed here (mix-up)."""
        ours = (PROVIDER_NAME, self._connection.brand, self._connection.idp.entity_id)
        if (sent.provider, sent.brand, sent.entity_id) != ours:
            raise MeaningRefused("request.other-provider", "the request was not sent by this connection")


def _told_apart(refusal: GateRefused, received: bytes) -> GateRefused:
    detail = f"{refusal.detail} (message {fingerprint(received)})"
    return GateRefused(refusal.reason_code, detail)


def eherkenning_provider(
    connection: EherkenningConnection, contexts: Rollover[ssl.SSLContext], used: UsedMessages
) -> EherkenningProvider:
    """The provider with its own kept-alive channel; make one per brand and worker process."""
    channel = SoapChannel(contexts, connection.patience)
    measured = MeasuredChannel(channel, brand=connection.brand, provider=PROVIDER_NAME)
    return EherkenningProvider(connection, measured, used)
