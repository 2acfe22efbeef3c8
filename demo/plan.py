"""What the demo consists of, as data: ports, steps and services in the order they are needed."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from demo.mailed_codes import asked_for
from demo.pki import DIGID_BRANDS, EHERKENNING_BRANDS
from demo.portals.definitions import PORTALS
from demo.ports import Port
from demo.supervisor import Service, Step

BROKER_URL = "http://localhost:8000"
DIGID_URL = "http://127.0.0.1:8100"
EHERKENNING_URL = "http://127.0.0.1:8200"
OUTBOX_URL = "http://127.0.0.1:8300"
PORTS: tuple[Port, ...] = (
    Port(8000, "the broker", both_families=True),
    Port(8100, "the DigiD simulator"),
    Port(8101, "the DigiD simulator's back channel"),
    Port(8200, "the eHerkenning simulator"),
    Port(8201, "the eHerkenning simulator's back channel"),
    Port(8300, "the outbox"),
    Port(8325, "the outbox's mail listener"),
    *(Port(portal.port, f"the portal {portal.name}") for portal in PORTALS),
)

_BROKER = str(Path(sys.executable).parent / "broker")


@dataclass(frozen=True, slots=True)
class Plan:
    """The demo for one state directory and one configuration directory."""

    state: Path
    config: Path

    def environment(self, redis_url: str) -> dict[str, str]:
        """What every child gets on top of the environment of the terminal."""
        return dict(os.environ) | {"PYTHONUNBUFFERED": "1"} | self._settings(redis_url)

    @property
    def settings_file(self) -> Path:
        """What an operator's shell reads, so that `broker` finds this demo."""
        return self.state / "env"

    def write_settings(self, redis_url: str) -> None:
        """What differs from the sample configuration, as a shell reads it."""
        settings = self._settings(redis_url).items()
        lines = [f"export {name}={shlex.quote(value)}\n" for name, value in settings]
        self.settings_file.write_text("".join(lines), encoding="utf-8")

    def _settings(self, redis_url: str) -> dict[str, str]:
        return {
            "BROKER_STORAGE__REDIS_URL": redis_url,
            "BROKER_CLOCK__OFFSET_FILE": str((self.state / "clock-offset").absolute()),
        }

    def make_keys(self) -> Step:
        """The throw-away certificate authority and everybody's keys; what exists is kept."""
        return Step("pki", _python("demo.pki", "--state", str(self.state)))

    def simulator_metadata(self) -> tuple[Step, ...]:
        """The simulators' metadata, which the broker's configuration names."""
        return tuple(
            Step(
                f"{scheme} metadata",
                _python(f"demo.{scheme}", "metadata", "--state", str(self.state)),
                self.state / scheme / file,
            )
            for scheme, file in (("digid", "idp-metadata.xml"), ("eherkenning", "hm-metadata.xml"))
        )

    def broker_preparation(self) -> tuple[Step, ...]:
        """The broker's metadata for the simulator, one per brand and scheme, and its database."""
        metadata = (
            Step(
                f"broker metadata {brand}",
                self._broker("metadata", "digid", "--brand", brand),
                self.state / "digid" / "sp" / f"{brand}.xml",
            )
            for brand in DIGID_BRANDS
        )
        connections = (
            Step(
                f"broker {document} {brand}",
                self._broker("metadata", document, "--brand", brand),
                self.state / "eherkenning" / folder / f"{brand}.xml",
            )
            for brand in EHERKENNING_BRANDS
            for document, folder in (("eherkenning", "sp"), ("catalogue", "catalogue"))
        )
        return (*metadata, *connections, Step("broker database", self._broker("db", "upgrade")))

    def import_accounts(self, file: Path) -> Step:
        """The accounts of the demo's people and what they work for."""
        return Step("broker import", (*self._broker("import"), str(file)))

    def binding_codes(self) -> tuple[Step, ...]:
        """A mail to everybody with eHerkenning and an account, with the code that binds the two."""
        return tuple(
            Step(
                f"broker code {person.id}",
                self._broker("account", "bind", "--brand", brand, "--email", email, "--portal", portal),
            )
            for person, (brand, email, portal) in asked_for()
        )

    def outbox(self) -> Service:
        """Mail, SMS, voice, letters, phones and the clock."""
        argv = _python("demo.outbox", "serve", "--state", str(self.state))
        return Service("outbox", argv, f"{OUTBOX_URL}/api/clock")

    def others(self) -> tuple[Service, ...]:
        """Everything that needs keys, metadata or the database."""
        state = str(self.state)
        portals = (
            Service(
                f"portal {portal.id}",
                _python("demo.portals", "serve", portal.id, "--state", state),
                f"{portal.base_url}/jwks",
            )
            for portal in PORTALS
        )
        return (
            Service(
                "broker",
                self._broker("serve", "--bind", "127.0.0.1:8000", "--workers", "2"),
                f"{BROKER_URL}/health/ready",
            ),
            Service(
                "digid", _python("demo.digid", "serve", "--state", state), f"{DIGID_URL}/saml/idp/metadata"
            ),
            Service(
                "eherkenning",
                _python("demo.eherkenning", "serve", "--state", state),
                f"{EHERKENNING_URL}/broker/metadata",
            ),
            *portals,
        )

    def operate(self, *arguments: str) -> str:
        """A command of the broker as it is typed."""
        return shlex.join((_BROKER, *arguments, "--config", str(self.config.absolute())))

    def _broker(self, *arguments: str) -> tuple[str, ...]:
        return (_BROKER, *arguments, "--config", str(self.config))


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)
