"""Words that the names of five thousand invented companies are made of: 25 trades, 20 families, 10 places."""

from __future__ import annotations

DESCRIPTIONS = (
    "Bakkerij", "Bloemenhuis", "Bouwgroep", "Drukkerij", "Fietsenzaak", "Garage", "Groothandel", "Hoveniers",
    "Installaties", "Kaashandel", "Kapsalon", "Kwekerij", "Loodgieters", "Makelaardij", "Meubelmakerij",
    "Montage", "Schildersbedrijf", "Schoonmaak", "Slagerij", "Software", "Timmerwerken", "Transport",
    "Uitzendbureau", "Visserij", "Wasserij",
)  # fmt: skip
NAMES = (
    "Aalders", "Boersma", "Claassen", "Doornbos", "Evers", "Franken", "Groeneveld", "Huisman", "IJzerman",
    "Jacobs", "Kramer", "Lammers", "Meijer", "Nijhuis", "Offermans", "Pronk", "Roosendaal", "Snijders",
    "Terpstra", "Verbeek",
)  # fmt: skip
PLACES = (
    "Alkmaar", "Breda", "Deventer", "Emmen", "Gouda", "Heerlen", "Leeuwarden", "Nijmegen", "Vlissingen",
    "Zwolle",
)  # fmt: skip
