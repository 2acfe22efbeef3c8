"""The herkenningsmakelaar without its pages: whoever comes has just logged in, for one and the same company.

``python -m bench.makelaar``. Requests are read and answers written by the simulator: with an Advice, and two
identifiers encrypted anew in each.
"""

from __future__ import annotations

import itertools
import secrets
from pathlib import Path
from urllib.parse import urlencode

import click
from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue

from bench.doors import address_of
from demo.clock import real_time
from demo.eherkenning.addresses import METADATA_PATH, RESOLVE_PATH, SSO_PATH, Addresses
from demo.eherkenning.answering import Answering
from demo.eherkenning.levels import Level
from demo.eherkenning.messages import Status
from demo.eherkenning.names import HM_ENTITY_ID
from demo.eherkenning.outcomes import Authenticated, Outcome
from demo.eherkenning.people import Mandate, Organisation
from demo.eherkenning.reading import MessageReader
from demo.eherkenning.registry import Registry
from demo.eherkenning.requests import AuthnRequest, judged
from demo.eherkenning.simulator import (
    BACK_CHANNEL,
    CATALOGUE_FOLDER,
    PKI_FOLDER,
    SP_FOLDER,
    load_advisers,
    load_signer,
)
from demo.eherkenning.suppliers import SUPPLIERS
from demo.idp.artifacts import Artifacts
from demo.idp.backchannel import BackChannel, back_app
from demo.idp.server import TlsServer, mutual_tls, plain_server, run_in_thread

COMPANY = Organisation("90009998", "Meetbedrijf B.V.")
PEOPLE = 40


def username(number: int) -> str:
    """One of the people, from 0 on."""
    return f"meter{number:02}"


class InstantMakelaar:
    """Hands out an artifact for each believed request, the people taking turns."""

    def __init__(self, state: Path, addresses: Addresses) -> None:
        tls = state / PKI_FOLDER / "broker-tls-client.pem"
        registry = Registry(state / SP_FOLDER, state / CATALOGUE_FOLDER, tls, real_time)
        answering = Answering(load_signer(state), load_advisers(state), real_time)
        self._artifacts = Artifacts[Outcome](HM_ENTITY_ID, real_time)
        self._reader = MessageReader("AuthnRequest", registry, addresses.sso, real_time)
        self._people = itertools.cycle(range(PEOPLE))
        self._channel = BackChannel(registry, self._artifacts, answering, addresses.resolve, real_time, 0.0)

    def front(self) -> Flask:
        """The address that browsers are sent to."""
        app = Flask("bench.makelaar.front", static_folder=None, template_folder=None)

        @app.get(METADATA_PATH)
        def ready() -> ResponseReturnValue:
            return "ready\n"

        @app.post(SSO_PATH)
        def log_in() -> ResponseReturnValue:
            message = self._reader.from_form(request.form["SAMLRequest"], request.form["RelayState"])
            asked = judged(message)
            if not isinstance(asked, AuthnRequest):
                return asked.rule, 400
            outcome = Outcome(asked.back, Status.SUCCESS, authenticated=self._somebody(asked))
            fields = {"SAMLart": self._artifacts.issue(outcome), "RelayState": asked.back.relay_state or ""}
            return redirect(f"{asked.back.consumer.url}?{urlencode(fields)}")

        return app

    def back(self) -> Flask:
        """The simulator's back channel."""
        return back_app(self._channel, RESOLVE_PATH)

    def _somebody(self, asked: AuthnRequest) -> Authenticated:
        return Authenticated(
            asked=asked,
            username=username(next(self._people)),
            level=Level.EH3,
            supplier=SUPPLIERS[0],
            at=real_time(),
            session_index=secrets.token_hex(16),
            mandate=Mandate(COMPANY),
            branch=None,
        )


@click.command()
@click.option("--state", type=click.Path(path_type=Path), required=True)
@click.option("--front", required=True, help="Base URL of the pages.")
@click.option("--back", required=True, help="Base URL of the back channel.")
def main(state: Path, front: str, back: str) -> None:
    """Serve until ended."""
    makelaar = InstantMakelaar(state, Addresses(front=front, back=back))
    doors = TlsServer(address_of(back), makelaar.back(), mutual_tls(state / PKI_FOLDER, BACK_CHANNEL))
    run_in_thread(doors)
    plain_server(address_of(front), makelaar.front()).serve_forever()


if __name__ == "__main__":
    main()
