"""saml-consume: what it costs to take in one doubly signed ArtifactResponse, in RSA-2048 signatures.

The yardstick is measured in the same run, in turns with the thing itself, so that the machine's mood cancels
out. First bar: at most 3; goal: at most 1.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from broker.providers.digid.form import digid_profile
from broker.providers.saml.bytes_rules import MAX_MESSAGE_BYTES
from broker.providers.saml.gate import open_artifact_response
from broker.providers.saml.refusal import GateRefused
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
    for ratio in measure():
        print(ratio)


if __name__ == "__main__":
    main()
