"""Mijn CZ Zakelijk: employers and intermediaries."""

from __future__ import annotations

from datetime import date

from demo.portals.business import (
    BusinessSite,
    ContactRule,
    MenuGroup,
    RoleWords,
    Section,
    StartPage,
    Table,
)
from demo.portals.insurance import bills, contract, insured
from demo.portals.relations import Relation

_ADMINISTRATOR, _REPORTS, _PARTICIPANTS = (
    "functioneel-beheerder",
    "rapportage-verantwoordelijke",
    "deelnemers-beheerder",
)


def _relation_and_insured(relation: Relation, today: date) -> Table:
    own = (relation.name, relation.number, "Zakelijke relatie")
    people = ((row[0], row[1], "Verzekerde") for row in insured(relation, today).rows)
    return Table(("Naam", "Nummer", "Soort"), (own, *people), find="Naam of nummer")


_PORTFOLIO = MenuGroup(
    "Portefeuille",
    (
        Section(
            "zoek-bedrijf-of-verzekerde",
            "Zoek bedrijf of verzekerde",
            "Zoek op naam of nummer. Een relatie van vandaag is er soms pas morgen.",
            _relation_and_insured,
        ),
        Section(
            "financiele-overzichten",
            "Financiële overzichten",
            "De facturen van uw relatie, met wat er nog openstaat.",
            bills,
            roles=frozenset({_REPORTS}),
        ),
    ),
)
_CONTRACT = MenuGroup(
    "Contract",
    (
        Section(
            "contractgegevens",
            "Contractgegevens",
            "De afspraken met de relatie waarvoor u bent ingelogd.",
            contract,
        ),
        Section(
            "deelnemers",
            "Deelnemers",
            "Iedereen die via deze relatie verzekerd is. Een ander rekeningnummer geeft een verzekerde zelf"
            " door in Mijn CZ; dat kan hier niet.",
            insured,
            roles=frozenset({_PARTICIPANTS}),
        ),
    ),
)
_SERVICE = MenuGroup(
    "Service",
    (
        Section(
            "instructiepagina",
            "Instructiepagina",
            "Zo vraagt u als functioneel beheerder toegang of een andere rol aan voor een collega.",
            steps=(
                "Bepaal welke rollen bij het werk van uw collega horen.",
                "Bepaal voor welke collectiviteit die rollen gelden.",
                "Mail naam, zakelijk e-mailadres, rollen en collectiviteit aan de Bedrijvendesk.",
            ),
            roles=frozenset({_ADMINISTRATOR}),
        ),
    ),
)
CZ_ZAKELIJK = BusinessSite(
    start=StartPage(
        heading="Zorgzaken van uw mensen, op één plek",
        intro="Voor werkgevers en intermediairs: zoek een relatie of verzekerde op en bekijk de financiën.",
        promises=(
            (
                "Eén gebruikersnaam",
                "Met uw e-mailadres komt u bij alle collectiviteiten waar u rechten op heeft.",
            ),
            ("Veilig ingelogd", "Naast uw wachtwoord vragen wij altijd een code uit een app of een sms."),
            (
                "Collega's erbij",
                "De functioneel beheerder van uw organisatie vraagt toegang aan bij de Bedrijvendesk.",
            ),
        ),
        needed=(
            "Uw e-mailadres en uw wachtwoord.",
            "Uw telefoon: voor de authenticator-app, of voor de code die u per sms krijgt.",
        ),
        help_first="Vraag het eerst de functioneel beheerder van uw organisatie."
        " Bent u dat zelf? Mail de Bedrijvendesk.",
    ),
    menu=(_PORTFOLIO, _CONTRACT, _SERVICE),
    roles=RoleWords(
        {
            _ADMINISTRATOR: "Functioneel beheerder",
            _REPORTS: "Rapportage verantwoordelijke",
            _PARTICIPANTS: "Deelnemersbeheerder",
        },
        who_gives="De functioneel beheerder van uw organisatie kan die rol voor u aanvragen."
        " Bent u dat zelf? Op de instructiepagina leest u hoe.",
    ),
    contact=ContactRule(
        frozenset({_ADMINISTRATOR}),
        "Klopt er iets niet? Vraag de functioneel beheerder van uw organisatie om het te wijzigen.",
    ),
)
