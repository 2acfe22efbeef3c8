"""MijnZZ Zakelijk: employers of Zorg en Zekerheid, with a dashboard for each of three roles."""

from __future__ import annotations

from demo.portals.business import BusinessSite, ContactRule, MenuGroup, RoleWords, Section, StartPage
from demo.portals.insurance import (
    comings_and_goings,
    contract,
    former_participants,
    letters,
    participants,
    specifications,
    use_of_contract,
)

_ADMINISTRATIVE, _FINANCIAL, _ACCOUNTS = "administratief", "financieel", "accountbeheer"
_OF_PEOPLE = frozenset({_ADMINISTRATIVE})
_OF_WORK = frozenset({_ADMINISTRATIVE, _FINANCIAL})
_PARTICIPANTS = (
    Section(
        "huidige-deelnemers",
        "Huidige deelnemers",
        "Deelnemers aan de collectieve zorgverzekering van uw organisatie.",
        participants,
        roles=_OF_PEOPLE,
    ),
    Section(
        "oud-deelnemers",
        "Oud deelnemers",
        "Deelnemers die voorheen via het collectief contract verzekerd waren.",
        former_participants,
        roles=_OF_PEOPLE,
    ),
    Section(
        "in-en-uitstroomlijsten",
        "In- en uitstroomlijsten",
        "Wie er is aan- of afgemeld. De lijst wordt elke maand na de tiende bijgewerkt.",
        comings_and_goings,
        roles=_OF_PEOPLE,
    ),
)
_CONTRACT = (
    Section(
        "borderellen",
        "Borderellen",
        "De borderellen en facturen blijven een kalenderjaar zichtbaar.",
        specifications,
        roles=frozenset({_FINANCIAL}),
    ),
    Section(
        "contract-gebruik",
        "Contract gebruik",
        "Hoeveel deelnemers er zijn, en hoeveel erbij kwamen en weggingen.",
        use_of_contract,
        roles=_OF_WORK,
    ),
    Section(
        "contract-gegevens",
        "Contract gegevens",
        "De afspraken van het contract waarvoor u werkt.",
        contract,
    ),
)
_OFFICE = (
    Section(
        "berichten",
        "Berichten",
        "Alle berichten over uw deelnemers binnen het collectieve contract.",
        letters("Borderel en factuur beschikbaar", "Aanmelding verwerkt", "Afmelding verwerkt"),
        roles=_OF_WORK,
    ),
    Section(
        "accountbeheer",
        "Accountbeheer",
        "Zo krijgt een collega een MijnZZ Zakelijk account, of andere rechten.",
        steps=(
            "Bepaal welke rechten bij het werk horen: administratief, financieel, accountbeheer.",
            "Bepaal voor welk contract die rechten gelden.",
            "Mail naam, zakelijk e-mailadres, rechten en contract aan de afdeling Zakelijke Markt.",
        ),
        roles=frozenset({_ACCOUNTS}),
    ),
)
ZZ_ZAKELIJK = BusinessSite(
    start=StartPage(
        heading="Alles over uw collectief contract",
        intro="Voor werkgevers: uw deelnemers, uw borderellen en uw contract met Zorg en Zekerheid.",
        promises=(
            ("Deelnemers in beeld", "Zie wie er meedoet, wie er bijkwam en wie er wegging."),
            ("Borderellen en facturen", "Een kalenderjaar lang te bekijken en op te slaan."),
            (
                "Rollen die passen",
                "Administratief, financieel of accountbeheer: ieder ziet wat bij het werk hoort.",
            ),
        ),
        needed=(
            "Een eHerkenningsmiddel van niveau eH2+ of eH3, en een MijnZZ Zakelijk account.",
            "De eerste keer koppelt u uw eHerkenning aan dat account.",
            "Zonder eHerkenning: uw e-mailadres, uw wachtwoord en uw telefoon.",
        ),
        help_first="Vraag het eerst de accountbeheerder van uw organisatie."
        " Bent u dat zelf? Mail de afdeling Zakelijke Markt.",
    ),
    menu=(
        MenuGroup("Deelnemers", _PARTICIPANTS),
        MenuGroup("Contract", _CONTRACT),
        MenuGroup("Kantoor", _OFFICE),
    ),
    roles=RoleWords(
        {_ADMINISTRATIVE: "Administratief", _FINANCIAL: "Financieel", _ACCOUNTS: "Accountbeheer"},
        who_gives="De accountbeheerder van uw organisatie kan die rol voor u aanvragen.",
    ),
    contact=ContactRule(
        frozenset({_ADMINISTRATIVE}),
        "Klopt er iets niet? Vraag het een collega met de rol Administratief, of uw relatiemanager.",
    ),
    has_contact_in_menu=True,
)
