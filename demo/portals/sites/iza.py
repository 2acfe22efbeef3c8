"""Mijn IZA: employers in public service."""

from __future__ import annotations

from demo.portals.business import BusinessSite, ContactRule, Section, StartPage
from demo.portals.insurance import letters
from demo.portals.sites.employers import (
    COMPANY_CARE,
    INCOME,
    MAIN_USER,
    OF_CARE,
    REPORTS,
    ROLES,
    collectivity,
)

_INBOX = Section(
    "postvak-in",
    "Postvak IN",
    "Facturen, herinneringen en de uitgebreide lijst van verzekerden.",
    letters("Factuur van deze maand", "Uitgebreide lijst van verzekerden", "Factuur van vorige maand"),
    roles=OF_CARE,
)
IZA = BusinessSite(
    start=StartPage(
        heading="Uw collectiviteit bij IZA, overzichtelijk",
        intro="Voor werkgevers in de publieke sector: uw verzekerden, uw contract en onze post aan u.",
        promises=(
            ("Altijd actueel", "Wat u vandaag wijzigt, ziet u binnen enkele minuten terug."),
            ("Veiliger inloggen", "Zet de tweestapsverificatie aan, met een app of met een sms."),
            ("Collega's erbij", "De hoofdgebruiker van uw organisatie vraagt toegang aan bij de helpdesk."),
        ),
        needed=(
            "Uw e-mailadres: dat is uw gebruikersnaam.",
            "Uw wachtwoord, en een verificatiecode als u de tweestapsverificatie heeft aangezet.",
        ),
        help_first="Op het inlogscherm kunt u zelf een nieuw wachtwoord kiezen."
        " Lukt dat niet, bel of mail de helpdesk.",
    ),
    menu=(collectivity(_INBOX), COMPANY_CARE, INCOME, REPORTS),
    roles=ROLES,
    contact=ContactRule(
        frozenset({MAIN_USER}),
        "Klopt er iets niet? Vraag de hoofdgebruiker van uw organisatie om het te wijzigen.",
    ),
)
