"""The companies of the demo's people with eHerkenning, and who may act for which of them."""

from __future__ import annotations

from demo.eherkenning.people import Branch, Mandate, Means, Organisation

RIJNSTROOM = Organisation("90005528", "Stichting Rijnstroom Zorg", rsin="900135402")
HADDAD = Organisation("90001354", "Haddad Installatietechniek B.V.")
VAN_DAM = Organisation("90006607", "Bakkerij Van Dam")
DE_VLIET = Organisation("90006712", "Thuiszorg De Vliet B.V.", rsin="900135414")
WATERKANT = Organisation("90006828", "Kinderopvang Waterkant")
ZUIDERLICHT = Organisation("90006933", "Zuiderlicht Holding B.V.", rsin="900135426")
KUIPERS = Organisation("90007704", "Kuipers Verzekeringsadvies")

_LEIDEN = Branch("000090067121", "De Vliet Leiden")
_VOORBURG = Branch("000090067122", "De Vliet Voorburg")
_WATERKANT_NORTH = Branch("000090068281", "Waterkant Noord")

ANOUK = Means("agroenendaal", "Rivierdijk-61", "grachtsleutel", "eH3", (Mandate(RIJNSTROOM),))
RIK = Means("rvandenberg", "Kasboek-84", "poortpas", "eH2+", (Mandate(RIJNSTROOM),))
NADIA = Means("nhaddad", "Koperdraad-19", "kompas", "eH3", (Mandate(HADDAD),))
JOOST = Means("jvandam", "Roggebrood-52", "poortpas", "eH2+", (Mandate(VAN_DAM),))
LAILA = Means(
    "lbouzid",
    "Waterlelie-77",
    "grachtsleutel",
    "eH3",
    (
        Mandate(DE_VLIET, (_LEIDEN, _VOORBURG)),
        Mandate(WATERKANT, (_WATERKANT_NORTH,), whole=False),
        Mandate(ZUIDERLICHT),
    ),
)
RUUD = Means(
    "rkuipers",
    "Polisblad-33",
    "kompas",
    "eH3",
    (
        Mandate(KUIPERS),
        Mandate(RIJNSTROOM, intermediary=KUIPERS),
        Mandate(HADDAD, intermediary=KUIPERS),
    ),
)
WIM = Means("wpost", "Brievenbus-08", "poortpas", "eH2", (Mandate(VAN_DAM),))
ESRA = Means("eyilmaz", "Noorderzon-45", "kompas", "eH4", (Mandate(ZUIDERLICHT),))
