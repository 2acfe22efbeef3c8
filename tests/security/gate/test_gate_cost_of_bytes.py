"""What anybody may send costs the bytes rules no more than reading it: no byte is read again and again."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from broker.providers.saml.bytes_rules import MAX_MESSAGE_BYTES

# All of them together cost less than a tenth of a second; one that is read from each of its bytes, minutes.
CPU_SECONDS = 10
ROWS = {
    "prefixes": b"xmlns:",
    "spaces-before-equals": b"xmlns ",
    "spaces": b" ",
    "colons": b":",
    "quotes-of-two-kinds": b"xmlns='xmlns=\"",
}
JUDGE = """
import sys
from broker.providers.saml.bytes_rules import check_bytes
from broker.providers.saml.refusal import GateRefused
try:
    check_bytes(sys.stdin.buffer.read())
except GateRefused as refused:
    print(refused.reason_code)
"""


@pytest.mark.parametrize("row", ROWS)
def test_bytes_rules_read_a_row_once(row: str) -> None:
    """The processor's time is bounded, not the clock's: other work beside the test counts for nothing."""
    begin = b"<a xmlns"
    message = begin + ROWS[row] * ((MAX_MESSAGE_BYTES - len(begin) - 1) // len(ROWS[row])) + b">"
    judged = subprocess.run(
        [sys.executable, "-c", JUDGE],
        input=message,
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[3],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS)),
    )
    assert judged.returncode == 0, judged.stderr
    assert judged.stdout in {b"", b"xml.too-many-attributes\n"}
