"""The DigiD app on the simulated phone: asks the DigiD simulator what waits and answers it with a PIN."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import requests

DIGID_SIMULATOR_URL = "http://127.0.0.1:8100"
TIMEOUT_SECONDS = 3.0


class AppAnswer(StrEnum):
    """What became of a confirmation."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WRONG_PIN = "wrong-pin"
    BLOCKED = "blocked"
    LEVEL_TOO_LOW = "level-too-low"
    GONE = "gone"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A login that waits for this person's PIN; `service` is who asks."""

    id: str
    service: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the app shows; `reachable` is false when the simulator gave no answer."""

    confirmations: tuple[Confirmation, ...] = field(default=())
    reachable: bool = True


class DigidApp:
    """One app for every simulated phone: who asks is an argument."""

    def __init__(self, base_url: str = DIGID_SIMULATOR_URL) -> None:
        self._base_url = base_url

    def waiting(self, person_id: str) -> Waiting:
        """The confirmations that wait for this person."""
        try:
            with _session() as session:
                answer = session.get(
                    f"{self._base_url}/api/app/pending", params={"person": person_id}, timeout=TIMEOUT_SECONDS
                )
            answer.raise_for_status()
            found = answer.json()
        except requests.RequestException:
            return Waiting(reachable=False)
        return Waiting(_confirmations(found))

    def confirm(self, person_id: str, confirmation_id: str, pin: str) -> AppAnswer:
        """Confirm a login with the app's PIN."""
        return self._answer("confirm", {"person": person_id, "id": confirmation_id, "pin": pin})

    def reject(self, person_id: str, confirmation_id: str) -> AppAnswer:
        """Refuse a login."""
        return self._answer("reject", {"person": person_id, "id": confirmation_id})

    def _answer(self, action: str, body: dict[str, str]) -> AppAnswer:
        try:
            with _session() as session:
                answer = session.post(
                    f"{self._base_url}/api/app/{action}", json=body, timeout=TIMEOUT_SECONDS
                )
            return AppAnswer(answer.json()["state"])
        except (requests.RequestException, ValueError, KeyError, TypeError):
            return AppAnswer.UNREACHABLE


def _session() -> requests.Session:
    """A session that ignores a proxy of the machine: the simulator is on this machine."""
    session = requests.Session()
    session.trust_env = False
    return session


def _confirmations(found: object) -> tuple[Confirmation, ...]:
    entries = found.get("pending", []) if isinstance(found, dict) else found
    if not isinstance(entries, list):
        return ()
    return tuple(
        Confirmation(id=str(entry["id"]), service=str(entry.get("service") or "een webdienst"))
        for entry in entries
        if isinstance(entry, dict) and "id" in entry
    )
