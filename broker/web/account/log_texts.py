"""What the owner of an account reads about an event: a sentence for each kind, and none with inner words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

_FACTORS: Final[Mapping[str, LazyString]] = {
    "totp": lazy_gettext("een app"),
    "sms": lazy_gettext("een sms"),
    "voice": lazy_gettext("een telefoongesprek"),
    "recovery": lazy_gettext("een herstelcode"),
}
_SENTENCES: Final[Mapping[str, LazyString]] = {
    "login.granted": lazy_gettext("Ingelogd bij %(portal)s"),
    "session.ended": lazy_gettext("Uitgelogd"),
    "second-factor.asked": lazy_gettext("Wachtwoord ingevuld; daarna is om een code gevraagd"),
    "second-factor.given": lazy_gettext("Code ingevuld, met %(factor)s"),
    "second-factor.refused": lazy_gettext("Code te laat ingevuld, met %(factor)s"),
    "second-factor.enrolled": lazy_gettext("Tweestapsverificatie ingesteld, met %(factor)s"),
    "second-factor.removed": lazy_gettext("Tweestapsverificatie verwijderd, met %(factor)s"),
    "second-factor.code-sent": lazy_gettext("Code gestuurd, met %(factor)s"),
    "second-factor.code-not-sent": lazy_gettext("Geen code gestuurd: er waren er te veel gevraagd"),
    "second-factor.notice-sent": lazy_gettext(
        "Bericht gestuurd naar het nummer dat niet meer bij uw account hoort"
    ),
    "second-factor.notice-not-sent": lazy_gettext(
        "Geen bericht gestuurd naar het oude nummer: er waren te veel berichten"
    ),
    "second-factor.code-refused": lazy_gettext("Verkeerde of oude code ingevuld, met %(factor)s"),
    "recovery-code.used": lazy_gettext("Herstelcode gebruikt"),
    "recovery-codes.replaced": lazy_gettext("Nieuwe herstelcodes gemaakt"),
    "eherkenning.code-made": lazy_gettext("Activatiecode gestuurd om eHerkenning te koppelen"),
    "eherkenning.code-withdrawn": lazy_gettext("Activatiecode om eHerkenning te koppelen ingetrokken"),
    "eherkenning.bound": lazy_gettext("eHerkenning gekoppeld aan uw account"),
    "eherkenning.unbound": lazy_gettext("eHerkenning losgekoppeld van uw account"),
    "registration.completed": lazy_gettext("E-mailadres bevestigd en account gemaakt"),
    "account.added": lazy_gettext("Account gemaakt"),
    "account.invited": lazy_gettext("Uitnodiging gestuurd"),
    "account.activated": lazy_gettext("Account geactiveerd"),
    "account.looked-up": lazy_gettext("Een medewerker heeft naar uw account gekeken"),
    "account.state-changed": lazy_gettext("Een medewerker heeft uw account gesloten of geopend"),
    "account.erased": lazy_gettext("Account verwijderd"),
    "account.erased-by-owner": lazy_gettext("Account verwijderd"),
    "audit.person-erased": lazy_gettext("Gegevens gewist"),
    "password.changed": lazy_gettext("Wachtwoord gewijzigd"),
    "password.not-changed": lazy_gettext("Wachtwoord niet gewijzigd: het huidige klopte niet"),
    "password.link-asked": lazy_gettext("E-mail gevraagd om een wachtwoord te kiezen"),
    "password.link-refused": lazy_gettext("Link om een wachtwoord te kiezen geweigerd"),
    "account.identity-confirmed": lazy_gettext("Bevestigd dat u het bent, om iets te wijzigen"),
    "account.identity-not-confirmed": lazy_gettext("Verkeerd wachtwoord ingevuld bij uw instellingen"),
    "account.address-change-asked": lazy_gettext("Een nieuw e-mailadres ingevuld"),
    "account.address-wanted": lazy_gettext("Iemand wilde uw e-mailadres gebruiken voor een ander account"),
    "account.address-changed": lazy_gettext("E-mailadres gewijzigd"),
    "role.given": lazy_gettext("U heeft een rol gekregen"),
    "role.ended": lazy_gettext("Een rol is van u afgenomen"),
    "membership.ended": lazy_gettext("U hoort niet meer bij een zakelijke relatie"),
    "relation.chosen": lazy_gettext("Een zakelijke relatie gekozen bij het inloggen"),
    "relation.switched": lazy_gettext("Naar een andere zakelijke relatie gegaan bij %(portal)s"),
    "access.refused": lazy_gettext("Geen toegang gekregen: daarvoor is een rol nodig"),
    "account.exported-by-owner": lazy_gettext("Uw gegevens gedownload"),
}

TOLD_KINDS: Final = frozenset(_SENTENCES)


def event_sentence(kind: str, *, portal: str, factor: str | None) -> str:
    """The sentence of an event in the language of this request; of a kind without one, that it was."""
    sentence = _SENTENCES.get(kind)
    if sentence is None:
        return str(gettext("Er is iets met uw account gebeurd"))
    what = _FACTORS.get(factor or "")
    return str(sentence) % {"portal": portal, "factor": str(what) if what is not None else "?"}
