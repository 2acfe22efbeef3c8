"""The fictional people of the demo: the one place that says who they are and how they log in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DigidMeans:
    """A person's DigiD. `level` is the highest the person can reach: basis, midden, substantieel or hoog.

    `phone` gets the SMS codes (level midden and up); `pin` opens the DigiD app and is absent for whoever
    has no app.
    """

    username: str
    password: str = field(repr=False)
    phone: str
    bsn: str = field(repr=False)
    level: str
    pin: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account at one brand. A consumer account has no password: DigiD is its only way in."""

    brand: str
    email: str
    password: str | None = field(default=None, repr=False)
    phone: str | None = None
    totp_secret: str | None = field(default=None, repr=False)
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to play in the demo. `journeys` are the J numbers this person is meant for.

    `email` is the mailbox of somebody who has no account with an address yet.
    """

    id: str
    name: str
    purpose: str
    journeys: tuple[str, ...]
    digid: DigidMeans | None = None
    accounts: tuple[DemoAccount, ...] = ()
    email: str | None = None

    @property
    def phone_numbers(self) -> frozenset[str]:
        """Every number whose messages arrive on this person's phone."""
        numbers = {account.phone for account in self.accounts if account.phone}
        return frozenset(numbers | ({self.digid.phone} if self.digid else set()))

    @property
    def email_addresses(self) -> frozenset[str]:
        """Every address this person reads, in lower case."""
        addresses = {account.email.lower() for account in self.accounts}
        return frozenset(addresses | ({self.email} if self.email else set()))


# Numbers that begin with 9 and pass the eleven test; the phone numbers are from one invented block.
PEOPLE: tuple[Person, ...] = (
    Person(
        id="sanne",
        name="Sanne de Vries",
        purpose="Logt in bij Mijn CZ met DigiD en een sms-code",
        journeys=("J1", "J4"),
        digid=DigidMeans(
            username="sdevries",
            password="Tulpenveld-27",
            pin="24680",
            phone="+31612345601",
            bsn="939099603",
            level="midden",
        ),
        accounts=(DemoAccount(brand="cz", email="sanne.devries@post.example"),),
    ),
    Person(
        id="henk",
        name="Henk Bakker",
        purpose="Deelt één telefoonnummer voor sms-codes met Ria; heeft een eigen DigiD-app",
        journeys=("J1", "J2"),
        digid=DigidMeans(
            username="hbakker",
            password="Molenwiek-58",
            pin="13579",
            phone="+31612345602",
            bsn="907924402",
            level="midden",
        ),
        accounts=(DemoAccount(brand="cz", email="henk.bakker@post.example"),),
    ),
    Person(
        id="ria",
        name="Ria Bakker-Visser",
        purpose="Deelt één telefoonnummer voor sms-codes met Henk; heeft een eigen DigiD-app",
        journeys=("J1", "J2"),
        digid=DigidMeans(
            username="rvisser",
            password="Duinroos-64",
            pin="86420",
            phone="+31612345602",
            bsn="957986828",
            level="midden",
        ),
        accounts=(DemoAccount(brand="cz", email="ria.bakker@post.example"),),
    ),
    Person(
        id="fatima",
        name="Fatima el Amrani",
        purpose="Logt in met de DigiD-app en haar pincode",
        journeys=("J2",),
        digid=DigidMeans(
            username="felamrani",
            password="Grachtpand-31",
            pin="70214",
            phone="+31612345603",
            bsn="928807290",
            level="midden",
        ),
        accounts=(DemoAccount(brand="cz", email="fatima.elamrani@post.example"),),
    ),
    Person(
        id="zoe",
        name="Zoë Ramdin",
        purpose="Heeft de ID-check gedaan en haalt niveau Substantieel",
        journeys=("J2",),
        digid=DigidMeans(
            username="zramdin",
            password="Zeewind-90",
            pin="51937",
            phone="+31612345604",
            bsn="967513613",
            level="substantieel",
        ),
        accounts=(DemoAccount(brand="cz", email="zoe.ramdin@post.example"),),
    ),
    Person(
        id="jelle",
        name="Jelle Hoekstra",
        purpose="Heeft wel DigiD, maar nog geen account bij Mijn CZ",
        journeys=("J3",),
        digid=DigidMeans(
            username="jhoekstra",
            password="Elfsteden-11",
            pin="40826",
            phone="+31612345605",
            bsn="931672326",
            level="midden",
        ),
        email="jelle.hoekstra@post.example",
    ),
    Person(
        id="tomasz",
        name="Tomasz Kowalski",
        purpose="Heeft geen sms-controle of app: zijn DigiD is te laag voor Mijn CZ",
        journeys=("J4",),
        digid=DigidMeans(
            username="tkowalski",
            password="Fietspad-45",
            phone="+31612345606",
            bsn="951402614",
            level="basis",
        ),
        accounts=(DemoAccount(brand="cz", email="tomasz.kowalski@post.example"),),
    ),
)


def person_by_id(person_id: str) -> Person | None:
    """Find somebody by the id that is in the address of their phone."""
    return next((person for person in PEOPLE if person.id == person_id), None)


def people_as_json(people: Iterable[Person] = PEOPLE) -> dict[str, object]:
    """The answer of ``/api/people``; what somebody does not have is left out."""
    return {"people": [_person_as_json(person) for person in people]}


def _person_as_json(person: Person) -> dict[str, object]:
    parts: dict[str, object] = {"id": person.id, "name": person.name, "journeys": list(person.journeys)}
    if person.digid:
        means = person.digid
        parts["digid"] = _present(
            username=means.username,
            password=means.password,
            pin=means.pin,
            phone=means.phone,
            bsn=means.bsn,
            level=means.level,
        )
    if person.accounts:
        parts["accounts"] = [_account_as_json(account) for account in person.accounts]
    return parts


def _account_as_json(account: DemoAccount) -> dict[str, object]:
    return _present(
        brand=account.brand,
        email=account.email,
        password=account.password,
        phone=account.phone,
        totp_secret=account.totp_secret,
        roles=list(account.roles) or None,
    )


def _present(**parts: object) -> dict[str, object]:
    return {name: value for name, value in parts.items() if value is not None}
