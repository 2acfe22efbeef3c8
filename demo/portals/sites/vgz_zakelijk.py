"""Mijn VGZ Zakelijk: employers."""

from __future__ import annotations

from demo.portals.business import BusinessSite, ContactRule, MenuGroup, Section, StartPage
from demo.portals.insurance import letters, specifications
from demo.portals.sites.employers import (
    COMPANY_CARE,
    INCOME,
    OF_CARE,
    REPORTS,
    ROLES,
    collectivity,
)

_INBOX = Section(
    "postvak-in",
    "Postvak In",
    "Facturen en herinneringen. Alles blijft een jaar bewaard.",
    letters("Factuur van deze maand", "Wijziging van uw contract", "Factuur van vorige maand"),
    roles=OF_CARE,
)
_SPECIFICATIONS = MenuGroup(
    "Mijn borderel",
    (
        Section(
            "borderellen",
            "Borderellen",
            "De specificatie van uw facturen, per maand.",
            specifications,
            roles=OF_CARE,
        ),
        Section(
            "inleesbestand",
            "Inleesbestand",
            "Zo leest uw salarissysteem de premies zelf in.",
            steps=(
                "Controleer of het werknemersnummer van iedereen is gevuld.",
                "Kies bij de borderel van deze maand voor inleesbestand.",
                "Lees het bestand in uw salarissysteem in.",
            ),
            roles=OF_CARE,
        ),
    ),
)
VGZ_ZAKELIJK = BusinessSite(
    start=StartPage(
        heading="Regel de zorgverzekering van uw medewerkers zelf",
        intro="Eén plek voor uw verzekerden, uw borderellen en onze post aan uw organisatie.",
        promises=(
            ("Zelf regelen", "Zoek een medewerker op en zie meteen hoe die verzekerd is."),
            ("Veiliger inloggen", "Met een code uit een app, per sms, of uitgesproken op uw vaste telefoon."),
            (
                "Borderel bij de hand",
                "Elke maand de specificatie van uw factuur, klaar voor uw salarissysteem.",
            ),
        ),
        needed=(
            "Uw e-mailadres: dat is uw gebruikersnaam.",
            "Uw wachtwoord, en een verificatiecode als u de 2-factorauthenticatie heeft aangezet.",
        ),
        help_first="Op het inlogscherm kunt u zelf een nieuw wachtwoord kiezen."
        " Lukt dat niet, bel of mail de helpdesk.",
    ),
    menu=(collectivity(_INBOX), _SPECIFICATIONS, COMPANY_CARE, INCOME, REPORTS),
    roles=ROLES,
    # Here nobody changes it online: the source text sends everybody to the account desk.
    contact=ContactRule(
        frozenset(), "Klopt er iets niet? Mail of bel de helpdesk: zij passen het voor u aan."
    ),
)
