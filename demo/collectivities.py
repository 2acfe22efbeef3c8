"""The collectivities of the demo: fictional organisations and their contracts, at every brand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from demo.naming import DESCRIPTIONS, NAMES, PLACES

CLIENTS_AT = "cz"
"""The brand where the intermediary of the demo has its five thousand clients."""


@dataclass(frozen=True, slots=True)
class DemoOrganisation:
    """A fictional legal person by a number in the trade register that nobody has."""

    kvk: str
    name: str
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class DemoCollectivity:
    """One contract at one brand. `phones` holds one or two numbers."""

    brand: str
    number: str
    customer_number: str
    name: str
    organisation: DemoOrganisation
    street: str
    postal_code: str
    city: str
    phones: tuple[str, ...]
    email: str


_VAN_LAAR = DemoOrganisation("90001104", "Bouwbedrijf Van Laar B.V.")
_SPEELTUIN = DemoOrganisation("90003387", "Kinderopvang De Speeltuin")
_LINDEVEEN = DemoOrganisation("90002016", "Gemeente Lindeveen")
_LINDEVEEN_WORKS = DemoOrganisation("90002016", "Gemeente Lindeveen, Werk en Groen", "000090002016")
_ORANJE_WIT = DemoOrganisation("90004419", "Sportvereniging Oranje Wit")
_RIJNSTROOM = DemoOrganisation("90005528", "Stichting Rijnstroom Zorg")
_HADDAD = DemoOrganisation("90001354", "Haddad Installatietechniek B.V.")
_VAN_DAM = DemoOrganisation("90006607", "Bakkerij Van Dam")
_DE_VLIET = DemoOrganisation("90006712", "Thuiszorg De Vliet B.V.")
_DE_VLIET_VOORBURG = DemoOrganisation("90006712", "Thuiszorg De Vliet, Voorburg", "000090067122")
_ZUIDERLICHT = DemoOrganisation("90006933", "Zuiderlicht Holding B.V.")
_NAMED: tuple[DemoCollectivity, ...] = (
    DemoCollectivity(
        "cz", "201104", "K20110", "Bouwbedrijf Van Laar, kantoor", _VAN_LAAR,
        "Steigerkade 4", "5017 AB", "Tilburg", ("013 555 01 04", "013 555 01 05"), "hr@vanlaar-bouw.example",
    ),
    DemoCollectivity(
        "cz", "201105", "K20110", "Bouwbedrijf Van Laar, bouwplaats", _VAN_LAAR,
        "Kraanweg 18", "5048 CD", "Tilburg", ("013 555 01 06",), "uitvoering@vanlaar-bouw.example",
    ),
    DemoCollectivity(
        "cz", "203387", "K20338", "Kinderopvang De Speeltuin", _SPEELTUIN,
        "Glijbaanpad 9", "4811 EF", "Breda", ("076 555 03 87",), "kantoor@speeltuin.example",
    ),
    DemoCollectivity(
        "iza", "30.2016", "G2016", "Gemeente Lindeveen", _LINDEVEEN,
        "Raadhuisplein 1", "7201 GH", "Lindeveen", ("0575 55 20 16",), "hr@gemeente-lindeveen.example",
    ),
    DemoCollectivity(
        "iza", "30.2017", "G2016", "Gemeente Lindeveen, Werk en Groen", _LINDEVEEN_WORKS,
        "Kwekerijlaan 40", "7203 JK", "Lindeveen", ("0575 55 20 40",), "groen@gemeente-lindeveen.example",
    ),
    DemoCollectivity(
        "vgz", "V-4419-1", "4419", "Sportvereniging Oranje Wit", _ORANJE_WIT,
        "Sportlaan 11", "3311 LM", "Dordrecht", ("078 555 44 19",), "bestuur@oranje-wit.example",
    ),
    DemoCollectivity(
        "vgz", "V-4419-2", "4419", "Sportvereniging Oranje Wit, clubhuis", _ORANJE_WIT,
        "Sportlaan 13", "3311 LM", "Dordrecht", ("078 555 44 20",), "clubhuis@oranje-wit.example",
    ),
    DemoCollectivity(
        "zz", "ZZ-5528", "5528", "Rijnstroom Zorg, locatie Leiden", _RIJNSTROOM,
        "Rijnoever 37", "2312 NP", "Leiden", ("071 555 55 28", "071 555 55 29"), "hr@rijnstroom-zorg.example",
    ),
    DemoCollectivity(
        "zz", "ZZ-5529", "5528", "Rijnstroom Zorg, locatie Katwijk", _RIJNSTROOM,
        "Duinweg 12", "2225 RS", "Katwijk", ("071 555 55 30",), "katwijk@rijnstroom-zorg.example",
    ),
    DemoCollectivity(
        "zz", "ZZ-1354", "1354", "Haddad Installatietechniek", _HADDAD,
        "Koperslagerij 6", "2316 TV", "Leiden", ("071 555 13 54",), "kantoor@haddad-installatie.example",
    ),
    DemoCollectivity(
        "zz", "ZZ-6607", "6607", "Bakkerij Van Dam", _VAN_DAM,
        "Molenstraat 2", "2181 WX", "Hillegom", ("0252 55 66 07",), "kantoor@bakkerij-vandam.example",
    ),
    DemoCollectivity(
        "zz", "ZZ-6712", "6712", "Thuiszorg De Vliet", _DE_VLIET,
        "Vlietkade 71", "2274 YZ", "Voorburg", ("070 555 67 12",), "hr@devliet.example",
    ),
    DemoCollectivity(
        "zz", "ZZ-6713", "6712", "Thuiszorg De Vliet, vestiging Voorburg", _DE_VLIET_VOORBURG,
        "Herenweg 15", "2275 AB", "Voorburg", ("070 555 67 13",), "voorburg@devliet.example",
    ),
    DemoCollectivity(
        "zz", "ZZ-6933", "6933", "Zuiderlicht Holding", _ZUIDERLICHT,
        "Lichtweg 93", "2333 AA", "Leiden", ("071 555 69 33",), "hr@zuiderlicht.example",
    ),
)  # fmt: skip


@cache
def clients() -> tuple[DemoCollectivity, ...]:
    """Those for which the intermediary works: a trade, a family name and a place each."""
    named = ((trade, name, place) for place in PLACES for name in NAMES for trade in DESCRIPTIONS)
    return tuple(_client(number, *words) for number, words in enumerate(named))


def _client(number: int, trade: str, family: str, place: str) -> DemoCollectivity:
    name = f"{trade} {family}, {place}"
    return DemoCollectivity(
        brand=CLIENTS_AT,
        number=str(500_000 + number),
        customer_number=f"K5{number:05d}",
        name=name,
        organisation=DemoOrganisation(str(91_000_000 + number), f"{trade} {family} B.V."),
        street=f"Dorpsstraat {number % 240 + 1}",
        postal_code=f"{1100 + number} AB",
        city=place,
        phones=(f"088 {number // 1000:03d} {number % 1000:03d}0",),
        email=f"info@klant-{number}.example",
    )


@cache
def collectivities() -> Mapping[tuple[str, str], DemoCollectivity]:
    """All of them, by brand and number."""
    return {(one.brand, one.number): one for one in (*_NAMED, *clients())}
