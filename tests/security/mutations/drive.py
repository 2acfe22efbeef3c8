"""Drives the gate and the checks on meaning as a login does, and tells what came of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from broker.domain.identity import Authenticated, Cancelled
from broker.providers.answers.expected import Expected
from broker.providers.base import SentRequest
from broker.providers.digid.form import digid_profile
from broker.providers.digid.semantics import judge
from broker.providers.saml.gate import open_artifact_response
from broker.providers.saml.profile import Profile
from broker.providers.saml.refusal import AnswerRefused
from broker.providers.saml.values import VerifiedArtifactResponse
from tests.security.mutations.forms import Form
from tests.support.saml.answers import Scene
from tests.support.saml.digid import MIDDEN

ASKED_BEFORE = timedelta(seconds=90)
"""How long before the scene's now the browser was sent away."""


@dataclass(frozen=True)
class Verdict:
    """What came of a message: accepted with values and an outcome, refused with a code, or a crash."""

    code: str | None = None
    crash: str | None = None
    answer: VerifiedArtifactResponse | None = None
    outcome: Authenticated | Cancelled | None = None
    cpu_seconds: float = 0.0

    @property
    def accepted(self) -> bool:
        """Whether somebody would be let in, or told that they turned back."""
        return self.outcome is not None

    @property
    def word(self) -> str:
        """In one word."""
        return self.crash or self.code or "accepted"


def decide(form: Form, message: bytes, trusted: Sequence[RSAPublicKey] | None = None) -> Verdict:
    """Gate and meaning for `message`, in the login of the form's scene."""
    keys = [form.scene.key.key.public_key()] if trusted is None else trusted
    started = time.process_time()
    try:
        answer = open_artifact_response(message, profile_of(want=form.want), keys)
        outcome = judge(answer, expected_of(form.scene))
    except AnswerRefused as refusal:
        return Verdict(code=refusal.reason_code, cpu_seconds=time.process_time() - started)
    except Exception as fault:  # noqa: BLE001  whatever else comes out of the gate is what we look for
        crash = f"{type(fault).__name__}: {fault}"
        return Verdict(crash=crash, cpu_seconds=time.process_time() - started)
    return Verdict(answer=answer, outcome=outcome, cpu_seconds=time.process_time() - started)


@cache
def profile_of(*, want: bool) -> Profile:
    """The profile of a connection."""
    return digid_profile(want_assertions_signed=want)


def expected_of(scene: Scene) -> Expected:
    """What an answer is held against in this scene."""
    sent = SentRequest("digid", "cz", scene.request_id, MIDDEN, scene.now - ASKED_BEFORE, scene.idp)
    return Expected(sent, scene.resolve_id, scene.sp, scene.acs, scene.now)
