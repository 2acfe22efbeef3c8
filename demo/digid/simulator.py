"""The composition of the simulator: everything is made here and handed to whoever needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from demo.clock import Clock, DemoClock
from demo.digid.addresses import RESOLVE_PATH, Addresses
from demo.digid.answering import Answering
from demo.digid.faults.table import FAULTS
from demo.digid.flow import Keeping, LoginFlow
from demo.digid.front import Front, front_app
from demo.digid.logins import Logins
from demo.digid.outcomes import Outcome
from demo.digid.people import Holders, Person, demo_people
from demo.digid.registry import Registry
from demo.digid.requests import RequestReader
from demo.digid.signing import digid_signer
from demo.digid.sms import HttpSmsGateway, SmsGateway
from demo.idp.artifacts import Artifacts
from demo.idp.attempts import Attempts
from demo.idp.backchannel import BackChannel, back_app
from demo.idp.signing import Signer
from demo.idp.switch import FaultSwitch
from demo.pki import load_pair

SP_FOLDER = Path("digid/sp")
PKI_FOLDER = Path("pki")
BACK_CHANNEL = "digid-backchannel"
"""The name of the key and certificate under which artifacts are resolved."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the simulator takes from outside; tests bring their own people, clock and gateway."""

    people: Callable[[], Iterable[Person]] = demo_people
    clock: Clock | None = None
    sms: SmsGateway | None = None
    slow_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Simulator:
    """The two applications and the folder with keys they run on."""

    front: Flask
    back: Flask
    pki: Path = field(repr=False)


def load_signer(state: Path) -> Signer:
    """DigiD's signing key as `demo.pki` made it."""
    pair = load_pair(state / PKI_FOLDER, "digid-signing")
    return digid_signer(pair.key, pair.certificate)


def make_simulator(
    state: Path, addresses: Addresses | None = None, surroundings: Surroundings | None = None
) -> Simulator:
    """Builds the simulator on a state directory in which `demo.pki` has made the keys."""
    addresses, around = addresses or Addresses(), surroundings or Surroundings()
    clock = around.clock or DemoClock.of_state(state)
    pki, signer, faults = state / PKI_FOLDER, load_signer(state), FaultSwitch(FAULTS)
    registry = Registry(state / SP_FOLDER, pki / "broker-tls-client.pem", clock)
    keeping = Keeping(Logins(clock), Attempts(clock), Artifacts[Outcome](addresses.entity_id, clock))
    flow = LoginFlow(keeping, Holders(around.people), around.sms or HttpSmsGateway(addresses.outbox), clock)
    reader = RequestReader(registry, addresses.sso, clock)
    answering = Answering(addresses.entity_id, signer, clock)
    channel = BackChannel(
        registry, keeping.artifacts, answering, addresses.resolve, clock, around.slow_seconds
    )
    front = Front(addresses, signer, registry, reader, flow, keeping.logins, faults)
    return Simulator(front_app(front), back_app(channel, RESOLVE_PATH), pki)
