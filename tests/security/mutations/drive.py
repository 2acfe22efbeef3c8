"""Drives the gate and the checks on meaning as a login does, and tells what came of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from broker.providers.saml.refusal import AnswerRefused
from tests.security.mutations.forms import Form
from tests.security.mutations.ways import Opened, Outcome


@dataclass(frozen=True)
class Verdict:
    """What came of a message: accepted with values and an outcome, refused with a code, or a crash."""

    code: str | None = None
    crash: str | None = None
    answer: Opened | None = None
    outcome: Outcome | None = None
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
        answer, outcome = form.judged(message, keys)
    except AnswerRefused as refusal:
        return Verdict(code=refusal.reason_code, cpu_seconds=time.process_time() - started)
    except Exception as fault:  # noqa: BLE001  whatever else comes out of the gate is what we look for
        crash = f"{type(fault).__name__}: {fault}"
        return Verdict(crash=crash, cpu_seconds=time.process_time() - started)
    return Verdict(answer=answer, outcome=outcome, cpu_seconds=time.process_time() - started)
