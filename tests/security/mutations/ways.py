"""The way from a message to an outcome, as the provider of a scheme goes it: gate, then meaning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from broker.domain.assurance import Assurance
from broker.domain.identity import Authenticated, Cancelled
from broker.providers.answers.expected import Expected
from broker.providers.base import SentRequest
from broker.providers.digid.form import digid_profile
from broker.providers.digid.semantics import judge
from broker.providers.eherkenning.connection import EherkenningConnection
from broker.providers.eherkenning.form import BY_ARTIFACT, BY_POST
from broker.providers.eherkenning.semantics import judge_artifact_response, judge_response
from broker.providers.saml.gate import open_artifact_response
from broker.providers.saml.profile import Profile
from broker.providers.saml.response_gate import open_response
from broker.providers.saml.values import VerifiedArtifactResponse, VerifiedResponse
from tests.support.saml import eherkenning
from tests.support.saml.answers import Scene
from tests.support.saml.digid import MIDDEN

ASKED_BEFORE = timedelta(seconds=90)
"""How long before the scene's now the browser was sent away."""

Opened = VerifiedArtifactResponse | VerifiedResponse
Outcome = Authenticated | Cancelled
Keys = Sequence[RSAPublicKey]


def by_digid(scene: Scene, message: bytes, trusted: Keys, *, want: bool) -> tuple[Opened, Outcome]:
    """DigiD's answer behind an artifact."""
    answer = open_artifact_response(message, profile_of(want=want), trusted)
    return answer, judge(answer, expected_of(scene))


def by_artifact(scene: Scene, message: bytes, trusted: Keys) -> tuple[Opened, Outcome]:
    """An answer of eHerkenning behind an artifact."""
    answer = open_artifact_response(message, BY_ARTIFACT, trusted)
    expected = expected_of(scene, brand="zz", required=eherkenning.EH2PLUS)
    return answer, judge_artifact_response(answer, expected, _connection(), _connection().services[0])


def by_post(scene: Scene, message: bytes, trusted: Keys) -> tuple[Opened, Outcome]:
    """An answer of eHerkenning that the browser posts."""
    response = open_response(message, BY_POST, trusted)
    expected = expected_of(scene, brand="zz", required=eherkenning.EH2PLUS)
    return response, judge_response(response, expected, _connection(), _connection().services[0])


@cache
def profile_of(*, want: bool) -> Profile:
    """The profile of a connection to DigiD."""
    return digid_profile(want_assertions_signed=want)


def expected_of(scene: Scene, *, brand: str = "cz", required: Assurance = MIDDEN) -> Expected:
    """What an answer is held against in this scene."""
    provider = "digid" if brand == "cz" else "eherkenning"
    sent = SentRequest(provider, brand, scene.request_id, required, scene.now - ASKED_BEFORE, scene.idp)
    return Expected(sent, scene.resolve_id, scene.sp, scene.acs, scene.now)


@cache
def _connection() -> EherkenningConnection:
    return eherkenning.connection()
