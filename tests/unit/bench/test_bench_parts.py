"""The parts that benchmarks are built of measure what they say."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bench import cpu
from bench.files import numbers
from bench.hostile import HOSTILE, SIZE_BYTES
from broker.domain.bsn import Bsn
from broker.providers.digid.form import digid_profile
from broker.providers.saml.bytes_rules import MAX_MESSAGE_BYTES
from broker.providers.saml.gate import open_artifact_response
from broker.providers.saml.refusal import GateRefused


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_message_is_large_and_is_refused_by_the_gate(kind: str) -> None:
    """Each uses the room that the cap leaves, and gets past the cap itself."""
    message = HOSTILE[kind]()
    assert SIZE_BYTES * 0.9 < len(message) <= MAX_MESSAGE_BYTES
    with pytest.raises(GateRefused):
        open_artifact_response(message, digid_profile(want_assertions_signed=True), [])


def test_people_of_the_benchmark_have_valid_and_different_numbers() -> None:
    """`Bsn` refuses a number that does not pass the eleven test."""
    made = numbers(50)
    assert len({Bsn(number).number for number in made}) == 50


def test_machine_counts_what_this_process_uses() -> None:
    """Within the ticks that the kernel counts in, and whatever else runs."""
    before, own = cpu.machine_seconds(), cpu.own_seconds()
    while cpu.own_seconds() - own < 0.1:
        pass
    assert cpu.machine_seconds() - before >= 0.05


def test_tree_holds_children_and_counts_their_time() -> None:
    """A process started by a process belongs to its tree, with the time that it used."""
    work = "import time\nwhile time.process_time() < 0.05: pass\nprint(flush=True)\ninput()"
    child = subprocess.Popen([sys.executable, "-c", work], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdout.readline()
    found = cpu.tree(os.getpid())
    used = cpu.seconds_of((child.pid,))
    memory, own = cpu.resident_mebibytes(child.pid), cpu.own_mebibytes(child.pid)
    child.stdin.close()
    child.stdout.close()
    child.wait()
    assert found[0] == os.getpid()
    assert child.pid in found
    assert used >= 0.05
    assert 1 < own < memory < 1000
