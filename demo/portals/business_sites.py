"""The portals for organisations in their own words, with made-up insurance matters."""

from __future__ import annotations

from demo.portals.business import BusinessSite, MenuGroup, Section, Table

_INSURED = Table(
    columns=("Naam", "Verzekeringsnummer", "Geboortedatum", "Verzekerd sinds"),
    rows=(
        ("A. de Boer", "400 118 203", "12-03-1979", "01-01-2024"),
        ("L. van Dijk", "400 118 377", "30-11-1985", "01-01-2023"),
        ("S. Oosterhuis", "400 119 042", "04-07-1991", "01-05-2025"),
        ("N. Rahimi", "400 120 655", "21-09-1968", "01-01-2021"),
        ("T. Vermeulen", "400 121 980", "17-02-1997", "01-09-2025"),
    ),
    find="Naam of verzekeringsnummer",
)
_CONTRACT = Table(
    columns=("Onderdeel", "Afspraak"),
    rows=(
        ("Collectiviteit", "Zorg voor medewerkers"),
        ("Looptijd", "01-01-2026 tot en met 31-12-2026"),
        ("Betaling", "Via het salaris van de medewerkers"),
        ("Aantal verzekerden", "5"),
    ),
)


def _bills(first: int) -> Table:
    months = ("september", "augustus", "juli")
    amounts = ("€ 1.204,50", "€ 1.187,25", "€ 1.187,25")
    rows = tuple(
        (f"{first + number}", month, amount, "Betaald" if number else "Open")
        for number, (month, amount) in enumerate(zip(months, amounts, strict=True))
    )
    return Table(("Factuur", "Maand", "Bedrag", "Stand"), rows)


def _letters(*subjects: str) -> Table:
    days = ("18-09-2026", "02-09-2026", "14-08-2026")
    return Table(("Datum", "Onderwerp"), tuple(zip(days, subjects, strict=False)))


def _collectivity(*more: Section, inbox: Section) -> MenuGroup:
    insured = Section(
        "zoeken-verzekerden",
        "Zoeken verzekerden",
        "Zoek één verzekerde op, of laat het veld leeg voor iedereen van uw collectiviteit.",
        _INSURED,
    )
    contract = Section(
        "contractdetails", "Contractdetails", "De afspraken die voor uw collectiviteit gelden.", _CONTRACT
    )
    return MenuGroup("Mijn collectiviteit", (insured, contract, *more, inbox))


CZ_ZAKELIJK = BusinessSite(
    heading="Zorgzaken van uw mensen, op één plek",
    intro="Voor werkgevers en intermediairs: zoek een relatie of verzekerde op en bekijk de financiën.",
    promises=(
        ("Eén gebruikersnaam", "Met uw e-mailadres komt u bij alle collectiviteiten waar u rechten op hebt."),
        ("Veilig ingelogd", "Naast uw wachtwoord vragen wij altijd een code uit een app of een sms."),
        ("Zelf collega's regelen", "De functioneel beheerder van uw organisatie geeft collega's toegang."),
    ),
    needed=(
        "Uw e-mailadres en uw wachtwoord.",
        "Uw telefoon: voor de authenticator-app, of voor de code die u per sms krijgt.",
    ),
    help_first="Vraag het eerst de functioneel beheerder van uw organisatie."
    " Bent u dat zelf? Mail de Bedrijvendesk.",
    menu=(
        MenuGroup(
            "Portefeuille",
            (
                Section(
                    "zoek-bedrijf-of-verzekerde",
                    "Zoek bedrijf of verzekerde",
                    "Zoek op naam of nummer. Een relatie van vandaag is er soms pas morgen.",
                    Table(
                        columns=("Naam", "Nummer", "Soort"),
                        rows=(
                            ("Bouwbedrijf Van Laar B.V.", "R 20 1104", "Zakelijke relatie"),
                            ("Kinderopvang De Speeltuin", "R 20 3387", "Zakelijke relatie"),
                            ("A. de Boer", "400 118 203", "Verzekerde"),
                            ("N. Rahimi", "400 120 655", "Verzekerde"),
                        ),
                        find="Naam of nummer",
                    ),
                ),
                Section(
                    "financiele-overzichten",
                    "Financiële overzichten",
                    "De facturen van al uw relaties bij elkaar.",
                    _bills(76_2210),
                ),
            ),
        ),
        MenuGroup(
            "Contract",
            (
                Section(
                    "contractgegevens",
                    "Contractgegevens",
                    "De afspraken met de relatie waarvoor u bent ingelogd.",
                    _CONTRACT,
                ),
            ),
        ),
        MenuGroup(
            "Service",
            (
                Section(
                    "instructiepagina",
                    "Instructiepagina",
                    "Zo geeft u als functioneel beheerder een collega een rol.",
                    steps=(
                        "Zoek de collega op bij de gebruikers van uw organisatie.",
                        "Kies de collectiviteit waar het om gaat.",
                        "Vink de rollen aan die bij het werk van uw collega horen, en sla op.",
                    ),
                ),
            ),
        ),
    ),
)
IZA = BusinessSite(
    heading="Uw collectiviteit bij IZA, overzichtelijk",
    intro="Voor werkgevers in de publieke sector: uw verzekerden, uw contract en onze post aan u.",
    promises=(
        ("Altijd actueel", "Wat u vandaag wijzigt, ziet u binnen enkele minuten terug."),
        ("Veiliger inloggen", "Zet de tweestapsverificatie aan, met een app of met een sms."),
        ("Samen regelen", "De hoofdgebruiker van uw organisatie geeft collega's toegang."),
    ),
    needed=(
        "Uw e-mailadres: dat is uw gebruikersnaam.",
        "Uw wachtwoord, en een verificatiecode als u de tweestapsverificatie hebt aangezet.",
    ),
    help_first="Op het inlogscherm kunt u zelf een nieuw wachtwoord kiezen."
    " Lukt dat niet, bel of mail de helpdesk.",
    menu=(
        _collectivity(
            inbox=Section(
                "postvak-in",
                "Postvak IN",
                "Facturen, herinneringen en de uitgebreide lijst van verzekerden.",
                _letters("Factuur september", "Uitgebreide lijst van verzekerden", "Factuur augustus"),
            )
        ),
    ),
)
VGZ_ZAKELIJK = BusinessSite(
    heading="Regel de zorgverzekering van uw medewerkers zelf",
    intro="Eén plek voor uw verzekerden, uw borderellen en onze post aan uw organisatie.",
    promises=(
        ("Zelf regelen", "Zoek een medewerker op en zie meteen hoe die verzekerd is."),
        ("Veiliger inloggen", "Met een code uit een app, per sms, of uitgesproken op uw vaste telefoon."),
        ("Borderel bij de hand", "Elke maand de specificatie van uw factuur, klaar voor uw salarissysteem."),
    ),
    needed=(
        "Uw e-mailadres: dat is uw gebruikersnaam.",
        "Uw wachtwoord, en een verificatiecode als u de 2-factorauthenticatie hebt aangezet.",
    ),
    help_first="Op het inlogscherm kunt u zelf een nieuw wachtwoord kiezen."
    " Lukt dat niet, bel of mail de helpdesk.",
    menu=(
        _collectivity(
            inbox=Section(
                "postvak-in",
                "Postvak In",
                "Facturen en herinneringen. Alles blijft een jaar bewaard.",
                _letters("Factuur september", "Wijziging van uw contract", "Factuur augustus"),
            )
        ),
        MenuGroup(
            "Mijn borderel",
            (
                Section(
                    "borderellen",
                    "Borderellen",
                    "De specificatie van uw facturen, per maand.",
                    _bills(31_0470),
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
                ),
            ),
        ),
    ),
)
ZZ_ZAKELIJK = BusinessSite(
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
        "Uw e-mailadres en uw wachtwoord.",
        "Uw telefoon: voor de authenticator-app, of voor de code die u per sms krijgt.",
    ),
    help_first="Vraag het eerst de accountbeheerder van uw organisatie."
    " Bent u dat zelf? Mail de afdeling Zakelijke Markt.",
    menu=(
        MenuGroup(
            "Dashboard",
            (
                Section(
                    "huidige-deelnemers",
                    "Huidige deelnemers",
                    "Deelnemers aan de collectieve zorgverzekering van uw organisatie.",
                    _INSURED,
                ),
                Section(
                    "borderellen",
                    "Borderellen",
                    "De borderellen en facturen blijven een kalenderjaar zichtbaar.",
                    _bills(58_1190),
                ),
                Section(
                    "contract-gegevens",
                    "Contract gegevens",
                    "De afspraken van uw collectieve contract.",
                    _CONTRACT,
                ),
                Section(
                    "berichten",
                    "Berichten",
                    "Alle berichten over uw deelnemers binnen het collectieve contract.",
                    _letters("Borderel beschikbaar", "Aanmelding verwerkt", "Borderel beschikbaar"),
                ),
            ),
        ),
    ),
)
