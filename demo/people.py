"""The fictional people of the demo: the one place that says who they are and how they log in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from demo import mandates
from demo.eherkenning.people import Means
from demo.work import work_of

MOST_COLLECTIVITIES = 25


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


class AccountKind(StrEnum):
    """Which portals an account is for."""

    CONSUMER = "consumer"
    BUSINESS = "business"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account at one brand. A consumer account has no password: DigiD is its only way in.

    A business account without a password belongs to somebody who was invited and has yet to choose one.
    `phone` gets the codes of a second factor that is switched on (spoken ones on a landline);
    `totp_secret` (base32) is in the person's authenticator app.
    """

    brand: str
    email: str
    kind: AccountKind = AccountKind.CONSUMER
    password: str | None = field(default=None, repr=False)
    phone: str | None = None
    totp_secret: str | None = field(default=None, repr=False)

    @property
    def is_invited(self) -> bool:
        """Whether its owner has yet to choose a password."""
        return self.kind is AccountKind.BUSINESS and self.password is None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to play in the demo. `journeys` are the J numbers this person is meant for.

    `email` is the mailbox of somebody who has no account with an address yet; `phone` a telephone that
    no account knows of yet.
    """

    id: str
    name: str
    purpose: str
    journeys: tuple[str, ...]
    digid: DigidMeans | None = None
    eherkenning: Means | None = None
    accounts: tuple[DemoAccount, ...] = ()
    email: str | None = None
    phone: str | None = None

    @property
    def phone_numbers(self) -> frozenset[str]:
        """Every number whose messages arrive on this person's phone."""
        numbers = {account.phone for account in self.accounts}
        numbers |= {self.phone, self.digid.phone if self.digid else None}
        return frozenset(number for number in numbers if number)

    @property
    def email_addresses(self) -> frozenset[str]:
        """Every address this person reads, in lower case."""
        addresses = {account.email.lower() for account in self.accounts}
        return frozenset(addresses | ({self.email} if self.email else set()))

    @property
    def bindable(self) -> tuple[DemoAccount, ...]:
        """The accounts to which a code by mail binds this person's eHerkenning."""
        if self.eherkenning is None:
            return ()
        return tuple(account for account in self.accounts if account.kind is AccountKind.BUSINESS)


# Numbers that begin with 9 and pass the eleven test; the phone numbers are from one invented block.
_CONSUMERS: tuple[Person, ...] = (
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

_BUSINESS_USERS: tuple[Person, ...] = (
    Person(
        id="marieke",
        name="Marieke Jansen",
        purpose="Beheert Mijn CZ Zakelijk voor haar bedrijf, met een app; krijgt een nieuwe telefoon",
        journeys=("J5", "J11", "J16", "J28", "J30a"),
        accounts=(
            DemoAccount(
                brand="cz",
                email="marieke.jansen@vanlaar-bouw.example",
                kind=AccountKind.BUSINESS,
                password="steiger-kraan-beton-41",
                totp_secret="LGJYJ7GUFBF5T2LN6BPALA6PCRZRJDLY",
            ),
        ),
        phone="+31612345611",
    ),
    Person(
        id="bram",
        name="Bram Peeters",
        purpose="Logt in bij Mijn CZ Zakelijk met een code per sms; vergat zijn wachtwoord",
        journeys=("J5", "J7", "J11", "J15a", "J16"),
        accounts=(
            DemoAccount(
                brand="cz",
                email="bram.peeters@speeltuin.example",
                kind=AccountKind.BUSINESS,
                password="schommel-glijbaan-zand-72",
                phone="+31612345612",
            ),
        ),
    ),
    Person(
        id="yusuf",
        name="Yusuf Demir",
        purpose="Logt in bij Mijn IZA met alleen een wachtwoord; zet de tweestapsverificatie aan",
        journeys=("J7", "J20", "J21", "J28", "J30a"),
        accounts=(
            DemoAccount(
                brand="iza",
                email="yusuf.demir@gemeente-lindeveen.example",
                kind=AccountKind.BUSINESS,
                password="raadhuis-klok-toren-63",
            ),
        ),
        phone="+31612345613",
    ),
    Person(
        id="ingrid",
        name="Ingrid Postma",
        purpose="Is uitgenodigd bij Mijn IZA en moet nog een wachtwoord kiezen",
        journeys=("J19",),
        accounts=(
            DemoAccount(
                brand="iza", email="ingrid.postma@gemeente-lindeveen.example", kind=AccountKind.BUSINESS
            ),
        ),
        phone="+31612345614",
    ),
    Person(
        id="karin",
        name="Karin Smit",
        purpose="Logt in bij Mijn VGZ Zakelijk met alleen een wachtwoord; heeft een vaste telefoon",
        journeys=("J20", "J21", "J22", "J30a"),
        accounts=(
            DemoAccount(
                brand="vgz",
                email="karin.smit@oranje-wit.example",
                kind=AccountKind.BUSINESS,
                password="clubhuis-vlag-sporthal-85",
            ),
        ),
        phone="+31701234515",
    ),
    Person(
        id="pieter",
        name="Pieter Mulder",
        purpose="Krijgt bij Mijn VGZ Zakelijk elke keer een code per sms; koopt een nieuwe telefoon",
        journeys=("J23", "J24"),
        accounts=(
            DemoAccount(
                brand="vgz",
                email="pieter.mulder@oranje-wit.example",
                kind=AccountKind.BUSINESS,
                password="doelpaal-middenstip-keeper-29",
                phone="+31612345616",
            ),
        ),
    ),
    Person(
        id="daan",
        name="Daan Willems",
        purpose="Gebruikt hetzelfde adres bij CZ en bij IZA: twee accounts, twee wachtwoorden",
        journeys=("J6", "J14", "J23"),
        accounts=(
            DemoAccount(
                brand="cz",
                email="daan.willems@willems-advies.example",
                kind=AccountKind.BUSINESS,
                password="polis-map-vulpen-54",
                phone="+31612345617",
            ),
            DemoAccount(
                brand="iza",
                email="daan.willems@willems-advies.example",
                kind=AccountKind.BUSINESS,
                password="aktetas-trein-koffie-96",
                totp_secret="QNKZTQEUX3ZE5UHC6ZQZ2O6P2JQYHZGC",
            ),
        ),
    ),
)
_WITH_OTHER_WORK: tuple[Person, ...] = (
    Person(
        id="esther",
        name="Esther de Graaf",
        purpose="Is intermediair: werkt bij Mijn CZ Zakelijk voor vijfduizend organisaties",
        journeys=("J5", "J6", "J14", "J17"),
        accounts=(
            DemoAccount(
                brand="cz",
                email="esther.degraaf@graaf-partners.example",
                kind=AccountKind.BUSINESS,
                password="paraplu-dossier-kanaal-67",
                totp_secret="ZK5W2T7DQ3VJNXR4YB6MHFAGCLSEOIPU",
            ),
        ),
    ),
    Person(
        id="noor",
        name="Noor van Vliet",
        purpose="Werkt bij Mijn IZA voor twee collectiviteiten, met andere rollen",
        journeys=("J6", "J14"),
        accounts=(
            DemoAccount(
                brand="iza",
                email="noor.vanvliet@gemeente-lindeveen.example",
                kind=AccountKind.BUSINESS,
                password="plantsoen-schoffel-bank-26",
            ),
        ),
    ),
    Person(
        id="samira",
        name="Samira Pinas",
        purpose="Werkt bij Mijn VGZ Zakelijk voor twee collectiviteiten, met andere rollen",
        journeys=("J6", "J14"),
        accounts=(
            DemoAccount(
                brand="vgz",
                email="samira.pinas@oranje-wit.example",
                kind=AccountKind.BUSINESS,
                password="kantine-scorebord-fluit-91",
            ),
        ),
    ),
    Person(
        id="tess",
        name="Tess Veenstra",
        purpose="Kiest bij MijnZZ Zakelijk tussen twee contracten, met een andere rol bij elk",
        journeys=("J34", "J36"),
        accounts=(
            DemoAccount(
                brand="zz",
                email="tess.veenstra@rijnstroom-zorg.example",
                kind=AccountKind.BUSINESS,
                password="duingras-vuurtoren-net-73",
                totp_secret="PQ4T7XJ2VZK6M3RYD5WNHBEUCGALSOIF",
            ),
        ),
    ),
    Person(
        id="lars",
        name="Lars Visser",
        purpose="Heeft bij CZ een account, maar nog geen enkele rol: Mijn CZ Zakelijk laat hem niet binnen",
        journeys=("J16",),
        accounts=(
            DemoAccount(
                brand="cz",
                email="lars.visser@vanlaar-bouw.example",
                kind=AccountKind.BUSINESS,
                password="kruiwagen-baksteen-regen-15",
                phone="+31612345619",
            ),
        ),
    ),
)
_AT_ZORG_EN_ZEKERHEID: tuple[Person, ...] = (
    Person(
        id="anouk",
        name="Anouk Groenendaal",
        purpose="Is accountbeheerder bij MijnZZ Zakelijk en doet ook de administratie; heeft eHerkenning eH3",
        journeys=("J5", "J31", "J32", "J34"),
        eherkenning=mandates.ANOUK,
        accounts=(
            DemoAccount(
                brand="zz",
                email="anouk.groenendaal@rijnstroom-zorg.example",
                kind=AccountKind.BUSINESS,
                password="rijnoever-kastanje-fluit-37",
                totp_secret="XJ3SQ4KV5D2RKYB7NWMZ6TCEGHAPLUO4",
            ),
        ),
    ),
    Person(
        id="rik",
        name="Rik van den Berg",
        purpose="Doet bij MijnZZ Zakelijk de financiën: borderellen en facturen; heeft eHerkenning eH2+",
        journeys=("J5", "J31", "J34"),
        eherkenning=mandates.RIK,
        accounts=(
            DemoAccount(
                brand="zz",
                email="rik.vandenberg@rijnstroom-zorg.example",
                kind=AccountKind.BUSINESS,
                password="kasboek-potlood-lamp-48",
                phone="+31612345618",
            ),
        ),
    ),
)
_WITH_EHERKENNING: tuple[Person, ...] = (
    Person(
        id="nadia",
        name="Nadia Haddad",
        purpose="Heeft eHerkenning eH3, maar nog geen account bij MijnZZ Zakelijk",
        journeys=("J31", "J32"),
        eherkenning=mandates.NADIA,
        email="nadia.haddad@haddad-installatie.example",
    ),
    Person(
        id="joost",
        name="Joost van Dam",
        purpose="Heeft eHerkenning eH2+ en vraagt een account aan",
        journeys=("J31", "J32"),
        eherkenning=mandates.JOOST,
        email="joost@bakkerij-vandam.example",
    ),
    Person(
        id="laila",
        name="Laila Bouzid",
        purpose="Kiest voor welk bedrijf of welke vestiging zij inlogt; De Vliet Leiden heeft geen contract",
        journeys=("J31", "J32", "J34", "J36"),
        eherkenning=mandates.LAILA,
        accounts=(
            DemoAccount(
                brand="zz",
                email="laila.bouzid@devliet.example",
                kind=AccountKind.BUSINESS,
                password="waterlelie-fiets-huiskamer-58",
                phone="+31612345620",
            ),
        ),
    ),
    Person(
        id="ruud",
        name="Ruud Kuipers",
        purpose="Is intermediair en logt in namens andere bedrijven (ketenmachtiging)",
        journeys=("J31", "J36"),
        eherkenning=mandates.RUUD,
        email="ruud@kuipers-advies.example",
    ),
    Person(
        id="wim",
        name="Wim Post",
        purpose="Heeft eHerkenning eH2, dat is te laag voor MijnZZ Zakelijk",
        journeys=("J31",),
        eherkenning=mandates.WIM,
        email="wim@bakkerij-vandam.example",
    ),
    Person(
        id="esra",
        name="Esra Yılmaz",
        purpose="Heeft eHerkenning eH4, hoger dan een portaal vraagt",
        journeys=("J31",),
        eherkenning=mandates.ESRA,
        email="esra.yilmaz@zuiderlicht.example",
    ),
)
PEOPLE: tuple[Person, ...] = (
    *_CONSUMERS,
    *_BUSINESS_USERS,
    *_WITH_OTHER_WORK,
    *_AT_ZORG_EN_ZEKERHEID,
    *_WITH_EHERKENNING,
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
    if person.eherkenning:
        parts["eherkenning"] = _eherkenning_as_json(person.eherkenning)
    if person.accounts:
        parts["accounts"] = [_account_as_json(account) for account in person.accounts]
    return parts


def _eherkenning_as_json(means: Means) -> dict[str, object]:
    """What is needed to log in, with the company of the first mandate."""
    organisation = means.mandates[0].organisation
    return _present(
        username=means.username,
        password=means.password,
        supplier=means.supplier,
        level=means.level,
        kvk=organisation.kvk,
        company=organisation.name,
    )


def _account_as_json(account: DemoAccount) -> dict[str, object]:
    """With every role that the account has somewhere, and for which collectivities it has which."""
    work = work_of(account.brand, account.email)
    roles = sorted({role for held in work.values() for role in held})
    places = [{"number": number, "roles": list(held)} for number, held in work.items()]
    return _present(
        brand=account.brand,
        email=account.email,
        password=account.password,
        phone=account.phone,
        totp_secret=account.totp_secret,
        roles=roles or None,
        collectivities=places[:MOST_COLLECTIVITIES] or None,
        collectivities_total=len(places) if len(places) > MOST_COLLECTIVITIES else None,
    )


def _present(**parts: object) -> dict[str, object]:
    return {name: value for name, value in parts.items() if value is not None}
