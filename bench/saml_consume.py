"""What it costs to take in the answer behind an artifact, in RSA-2048 signatures.

The yardstick is measured in the same run, in turns with the thing itself, so that the machine's mood cancels
out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from broker.domain.identity import Authenticated
from broker.providers.answers.expected import Expected
from broker.providers.base import SentRequest
from broker.providers.digid.form import digid_profile
from broker.providers.eherkenning.form import BY_ARTIFACT
from broker.providers.eherkenning.semantics import judge_artifact_response
from broker.providers.saml.bytes_rules import MAX_MESSAGE_BYTES
from broker.providers.saml.gate import open_artifact_response
from broker.providers.saml.refusal import GateRefused
from tests.support.saml import eherkenning
from tests.support.saml.answers import answer
from tests.support.saml.keys import pair

ROUNDS = 151
PER_ROUND = 10


@dataclass(frozen=True)
class Ratio:
    """CPU of the work in CPU of one RSA-2048 signature: the median of the rounds, and the middle half."""

    name: str
    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.name:24} {self.median:6.2f} S  (middle half {self.low:.2f} to {self.high:.2f})"


def measure() -> tuple[Ratio, ...]:
    """The good message, and refusing hostile ones of 256 kB (junk) in the same unit."""
    message = answer()
    profile = digid_profile(want_assertions_signed=True)
    trusted = [pair("idp").key.public_key()]

    def consume() -> None:
        open_artifact_response(message, profile, trusted)

    def refusing(junk: bytes) -> Callable[[], None]:
        def refuse() -> None:
            try:
                open_artifact_response(junk, profile, trusted)
            except GateRefused:
                return
            raise AssertionError("the hostile message was taken")

        return refuse

    return (
        _ratio("saml-consume", consume),
        _ratio("junk: 256 kB of tags", refusing(_filled(b"<a>", b"<b/>", b"</a>"))),
        _ratio("junk: 256 kB of text", refusing(_filled(b"<a>", b"x", b"</a>"))),
        _ratio("junk: 1000 tags", refusing(b"<a>" + b"<b/>" * 1000 + b"</a>")),
    )


def measure_eherkenning() -> Ratio:
    """An answer of eHerkenning with its Advice: the gate, every check, and two identifiers decrypted."""
    message, connection = eherkenning.answer(), eherkenning.connection()
    now, trusted = eherkenning.NOW, [pair("hm").key.public_key()]
    required = eherkenning.EH2PLUS
    sent = SentRequest("eherkenning", "zz", eherkenning.REQUEST_ID, required, now, eherkenning.HM)
    expected = Expected(sent, eherkenning.RESOLVE_ID, eherkenning.DV, eherkenning.ACS, now)

    def consume() -> None:
        verified = open_artifact_response(message, BY_ARTIFACT, trusted)
        outcome = judge_artifact_response(verified, expected, connection, connection.services[0])
        assert isinstance(outcome, Authenticated)

    return _ratio("eherkenning-consume", consume)


def _filled(head: bytes, part: bytes, tail: bytes) -> bytes:
    room = MAX_MESSAGE_BYTES - len(head) - len(tail)
    return head + part * (room // len(part)) + tail


def _ratio(name: str, work: Callable[[], None]) -> Ratio:
    key = pair("idp").key

    def sign() -> None:
        key.sign(b"yardstick", PKCS1v15(), SHA256())

    _cpu_seconds(work), _cpu_seconds(sign)
    ratios = sorted(_cpu_seconds(work) / _cpu_seconds(sign) for _ in range(ROUNDS))
    return Ratio(name, median(ratios), ratios[ROUNDS // 4], ratios[3 * ROUNDS // 4])


def _cpu_seconds(work: Callable[[], None]) -> float:
    start = time.process_time()
    for _ in range(PER_ROUND):
        work()
    return time.process_time() - start


def main() -> None:
    """Print the ratios."""
    for ratio in (*measure(), measure_eherkenning()):
        print(ratio)


if __name__ == "__main__":
    main()
