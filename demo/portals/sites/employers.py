"""What Mijn IZA and Mijn VGZ Zakelijk have in common: seven roles and a main user, and pages for each."""

from __future__ import annotations

from demo.portals.business import MenuGroup, RoleWords, Section
from demo.portals.insurance import contract, facts, figures, insured

MAIN_USER = "hoofdgebruiker"
CARE_CONTRACT = "beheerder-collectieve-zorgverzekering"
_SERVICES, _SERVICES_USER = "beheerder-bedrijfszorg", "gebruiker-bedrijfszorg"
_OVER_CONTRACT = "beheerder-overcontractafspraken"
_INCOME, _INCOME_USER = "beheerder-inkomensverzekering", "gebruiker-inkomensverzekering"
_REPORTS = "maken-rapportages-voor-management"
LABELS = {
    MAIN_USER: "Hoofdgebruiker",
    _SERVICES: "Beheerder Bedrijfszorg",
    CARE_CONTRACT: "Beheerder Collectieve Zorgverzekering",
    _OVER_CONTRACT: "Beheerder Overcontractafspraken",
    _INCOME: "Beheerder Inkomensverzekering",
    _SERVICES_USER: "Gebruiker Bedrijfszorg",
    _INCOME_USER: "Gebruiker Inkomensverzekering",
    _REPORTS: "Maken rapportages voor management",
}
ROLES = RoleWords(LABELS, who_gives="De hoofdgebruiker van uw organisatie kan die rol voor u aanvragen.")
OF_CARE = frozenset({MAIN_USER, CARE_CONTRACT})


def collectivity(inbox: Section) -> MenuGroup:
    """`Mijn collectiviteit`, with the portal's own inbox at its end."""
    return MenuGroup(
        "Mijn collectiviteit",
        (
            Section(
                "zoeken-verzekerden",
                "Zoeken verzekerden",
                "Zoek één verzekerde op, of laat het veld leeg voor iedereen van uw collectiviteit."
                " Een ander rekeningnummer geeft een verzekerde zelf door; dat kan hier niet.",
                insured,
                roles=OF_CARE,
            ),
            Section(
                "contractdetails",
                "Contractdetails",
                "De afspraken die voor uw collectiviteit gelden.",
                contract,
                roles=OF_CARE | {_OVER_CONTRACT},
            ),
            Section(
                "overcontractafspraken",
                "Overcontractafspraken",
                "Wat voor al uw contracten samen is afgesproken.",
                facts(
                    ("Looptijd", ("Tot en met volgend jaar", "Drie jaar", "Tot wederopzegging")),
                    ("Overleg", ("Eén keer per jaar", "Elk halfjaar", "Elk kwartaal")),
                    ("Preventiebudget", ("€ 2.500", "€ 4.000", "€ 7.500")),
                ),
                roles=frozenset({_OVER_CONTRACT}),
            ),
            inbox,
        ),
    )


COMPANY_CARE = MenuGroup(
    "Bedrijfszorg",
    (
        Section(
            "inzetbaarheid",
            "Inzetbaarheid",
            "Hoeveel mensen er meedoen aan de programma's voor gezond werken.",
            figures("Deelnemers fysiotherapie op het werk", "Gesprekken over werkdruk", "Cursussen slaap"),
            roles=frozenset({_SERVICES, _SERVICES_USER}),
        ),
        Section(
            "afspraken-bedrijfszorg",
            "Afspraken bedrijfszorg",
            "Welke programma's u heeft ingekocht.",
            facts(
                ("Fysiotherapie op het werk", ("Twee dagen per week", "Op afspraak")),
                ("Coach bij werkdruk", ("Vijf gesprekken per medewerker", "Drie gesprekken per medewerker")),
                ("Griepprik", ("In oktober op locatie", "Bij de huisarts, op rekening")),
            ),
            roles=frozenset({_SERVICES}),
        ),
    ),
)
INCOME = MenuGroup(
    "Inkomensverzekering",
    (
        Section(
            "dekking",
            "Dekking",
            "Wat uw medewerkers krijgen als zij door ziekte minder verdienen.",
            facts(
                ("Aanvulling", ("Tot 70 % van het loon", "Tot 80 % van het loon")),
                ("Duur", ("Vijf jaar", "Tot de pensioendatum")),
                ("Premie", ("De werkgever betaalt", "Werkgever en medewerker ieder de helft")),
            ),
            roles=frozenset({_INCOME, _INCOME_USER}),
        ),
        Section(
            "polis-inkomen",
            "Polis wijzigen",
            "Zo past u de inkomensverzekering van uw organisatie aan.",
            steps=(
                "Kijk bij Dekking welke afspraken er nu gelden.",
                "Bel de helpdesk: zij maken een voorstel met de nieuwe premie.",
                "Onderteken het voorstel; de wijziging gaat in op de eerste van de volgende maand.",
            ),
            roles=frozenset({_INCOME}),
        ),
    ),
)
REPORTS = MenuGroup(
    "Rapportages",
    (
        Section(
            "managementrapportage",
            "Managementrapportage",
            "Cijfers over uw collectiviteit als geheel, nooit over één persoon.",
            figures(
                "Deelname aan de collectiviteit (%)",
                "Gebruik van het preventiebudget (%)",
                "Nieuwe verzekerden",
            ),
            roles=frozenset({_REPORTS}),
        ),
    ),
)
