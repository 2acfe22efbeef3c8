"""The composition of the simulator: everything is made here and handed to whoever needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from demo.clock import Clock, DemoClock
from demo.eherkenning.addresses import RESOLVE_PATH, Addresses
from demo.eherkenning.advice import AdviceSigners
from demo.eherkenning.answering import Answering
from demo.eherkenning.faults.logout import LOGOUT_FAULTS, LOGOUT_VARIANTS
from demo.eherkenning.faults.table import FAULTS
from demo.eherkenning.flow import Keeping, LoginFlow
from demo.eherkenning.front import Doors, Front, front_app
from demo.eherkenning.logins import Logins
from demo.eherkenning.names import HM_ENTITY_ID
from demo.eherkenning.outcomes import Outcome
from demo.eherkenning.people import Holders, Person, demo_people
from demo.eherkenning.reading import MessageReader
from demo.eherkenning.registry import Registry
from demo.eherkenning.sessions import Sessions
from demo.eherkenning.signing import scheme_signer
from demo.idp.artifacts import Artifacts
from demo.idp.attempts import Attempts
from demo.idp.backchannel import BackChannel, back_app
from demo.idp.signing import Signer
from demo.idp.switch import FaultSwitch
from demo.pki import load_pair

SP_FOLDER = Path("eherkenning/sp")
CATALOGUE_FOLDER = Path("eherkenning/catalogue")
PKI_FOLDER = Path("pki")
BACK_CHANNEL = "eherkenning-backchannel"
"""The name of the key and certificate under which artifacts are resolved."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the simulator takes from outside; tests bring their own people and clock."""

    people: Callable[[], Iterable[Person]] = demo_people
    clock: Clock | None = None
    slow_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Simulator:
    """The two applications and the folder with keys they run on."""

    front: Flask
    back: Flask
    pki: Path = field(repr=False)


def load_signer(state: Path, name: str = "eherkenning-signing") -> Signer:
    """A signing key of the scheme as `demo.pki` made it; without a name the makelaar's own."""
    pair = load_pair(state / PKI_FOLDER, name)
    return scheme_signer(pair.key, pair.certificate)


def make_simulator(
    state: Path, addresses: Addresses | None = None, surroundings: Surroundings | None = None
) -> Simulator:
    """Builds the simulator on a state directory in which `demo.pki` has made the keys."""
    addresses, around = addresses or Addresses(), surroundings or Surroundings()
    clock = around.clock or DemoClock.of_state(state)
    pki, signer = state / PKI_FOLDER, load_signer(state)
    registry = Registry(state / SP_FOLDER, state / CATALOGUE_FOLDER, pki / "broker-tls-client.pem", clock)
    artifacts = Artifacts[Outcome](HM_ENTITY_ID, clock)
    keeping = Keeping(Logins(clock), Attempts(clock), Sessions(clock), artifacts)
    answering = Answering(signer, load_advisers(state), clock)
    channel = BackChannel(registry, artifacts, answering, addresses.resolve, clock, around.slow_seconds)
    front = Front(
        addresses=addresses,
        signer=signer,
        registry=registry,
        doors=Doors(
            requests=MessageReader("AuthnRequest", registry, addresses.sso, clock),
            logouts=MessageReader("LogoutRequest", registry, addresses.logout, clock),
        ),
        flow=LoginFlow(keeping, Holders(around.people), answering, clock),
        keeping=keeping,
        faults=FaultSwitch((*FAULTS, *LOGOUT_VARIANTS, *LOGOUT_FAULTS)),
        clock=clock,
    )
    return Simulator(front_app(front), back_app(channel, RESOLVE_PATH), pki)


def load_advisers(state: Path) -> AdviceSigners:
    """The keys of authentication service and register."""
    return AdviceSigners(
        load_signer(state, "eherkenning-ad-signing"), load_signer(state, "eherkenning-mr-signing")
    )
