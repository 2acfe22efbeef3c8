"""What a person reads when something went wrong: from a stable error code to three sentences.

What happened (`title`), what that means (`explanation`) and what to do now (`next_step`). The sentences
never tell which check refused: that stands in the log, under the support code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

FALLBACK_CODE: Final = "internal"


@dataclass(frozen=True, slots=True)
class ErrorText:
    """The sentences of one error, ready to be shown."""

    title: str
    explanation: str
    next_step: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """`next_step` stands by itself; `at_portal` replaces it where the portal's name is known."""

    title: LazyString
    explanation: LazyString
    next_step: LazyString
    at_portal: LazyString | None = None


_BEGIN_AGAIN: Final = lazy_gettext("Ga terug naar de website waar u wilde inloggen en begin daar opnieuw.")
_BEGIN_AGAIN_AT: Final = lazy_gettext("Begin opnieuw bij %(portal)s.")
_LATER: Final = lazy_gettext("Probeer het over een paar minuten nog een keer.")
_NOBODY_LOGGED_IN: Final = lazy_gettext("Voor de zekerheid hebben wij u niet ingelogd.")
_NOT_LOGGED_IN: Final = lazy_gettext("Inloggen is niet gelukt")
_ANSWER_PAST: Final = lazy_gettext("Deze inlogpoging is al voorbij")

_LOG_IN_AGAIN: Final = lazy_gettext(
    "Log opnieuw in op de website waar u een account wilde. Daar kunt u verder met uw account maken."
)
_LOG_IN_AGAIN_AT: Final = lazy_gettext(
    "Log opnieuw in bij %(portal)s. Daar kunt u verder met uw account maken."
)

_NEW_MAIL: Final = lazy_gettext("Vraag een nieuwe e-mail aan. Dat kan met het e-mailadres van uw account.")

_CHANGE_ADDRESS_AGAIN: Final = lazy_gettext(
    "Open de link in de nieuwste e-mail. Lukt het niet? "
    "Wijzig uw e-mailadres dan opnieuw bij uw instellingen."
)

_SET_UP_FIRST: Final = lazy_gettext(
    "Log in op een website hieronder waar het wel kan. Kies daar Instellingen en stel het in. "
    "Probeer het daarna nog een keer."
)

_INTERNAL: Final = _Entry(
    title=lazy_gettext("Er ging iets mis bij ons"),
    explanation=lazy_gettext("Door een fout bij ons kunnen wij deze pagina nu niet laten zien."),
    next_step=lazy_gettext("Probeer het nog een keer. Blijft het misgaan? Neem dan contact op."),
)

_REQUEST_INVALID: Final = _Entry(
    title=lazy_gettext("De link naar deze inlogpagina klopt niet"),
    explanation=lazy_gettext(
        "De website die u hierheen stuurde, vraagt iets wat wij niet kennen. Dat ligt niet aan u."
    ),
    next_step=lazy_gettext(
        "Ga terug naar die website en probeer het nog een keer. Lukt het niet? Meld het dan daar."
    ),
    at_portal=lazy_gettext(
        "Ga terug naar %(portal)s en probeer het nog een keer. Lukt het niet? Meld het dan daar."
    ),
)

_ENTRIES: Final = {
    # To a person these differ in nothing: we did something wrong, and the log knows what.
    "internal": _INTERNAL,
    "configuration": _INTERNAL,
    "seal-broken": _INTERNAL,
    # Neither do these: the portal's request is wrong, and only its makers can mend that.
    "request-invalid": _REQUEST_INVALID,
    "request-unreadable": _REQUEST_INVALID,
    "portal-unknown": _REQUEST_INVALID,
    "return-address-unknown": _REQUEST_INVALID,
    "authorization-request-refused": _REQUEST_INVALID,
    "temporarily-unavailable": _Entry(
        title=lazy_gettext("Inloggen kan nu even niet"),
        explanation=lazy_gettext("Er is een storing bij ons. Wij werken eraan."),
        next_step=_LATER,
    ),
    "busy": _Entry(
        title=lazy_gettext("Het is nu even te druk"),
        explanation=lazy_gettext(
            "Er loggen op dit moment heel veel mensen tegelijk in. "
            "Wij hebben niet gekeken naar wat u invulde, en er is niets veranderd."
        ),
        next_step=lazy_gettext("Wacht een halve minuut en probeer het dan nog een keer."),
    ),
    "login-refused": _Entry(
        title=_NOT_LOGGED_IN,
        explanation=_NOBODY_LOGGED_IN,
        next_step=_BEGIN_AGAIN,
        at_portal=_BEGIN_AGAIN_AT,
    ),
    "transaction-unknown": _Entry(
        title=lazy_gettext("Deze inlogpagina werkt niet meer"),
        explanation=lazy_gettext(
            "De pagina is te lang open geweest, is al gebruikt of hoort bij een andere browser."
        ),
        next_step=_BEGIN_AGAIN,
        at_portal=_BEGIN_AGAIN_AT,
    ),
    "cookies-off": _Entry(
        title=lazy_gettext("Uw browser bewaart geen cookies"),
        explanation=lazy_gettext("Zonder cookies weten wij niet dat u het bent die inlogt."),
        next_step=lazy_gettext("Sta cookies toe in de instellingen van uw browser en begin dan opnieuw."),
        at_portal=lazy_gettext(
            "Sta cookies toe in de instellingen van uw browser en begin dan opnieuw bij %(portal)s."
        ),
    ),
    "csrf": _Entry(
        title=lazy_gettext("Wij konden uw keuze niet verwerken"),
        explanation=lazy_gettext(
            "De pagina was te oud of de opdracht kwam van een andere website. Er is niets veranderd."
        ),
        next_step=_BEGIN_AGAIN,
        at_portal=_BEGIN_AGAIN_AT,
    ),
    "not-found": _Entry(
        title=lazy_gettext("Deze pagina bestaat niet"),
        explanation=lazy_gettext("Misschien is het adres verkeerd getypt of is de pagina verplaatst."),
        next_step=lazy_gettext("Controleer het adres, of ga terug naar de website waar u vandaan kwam."),
    ),
    "method-not-allowed": _Entry(
        title=lazy_gettext("Deze pagina kunt u zo niet openen"),
        explanation=lazy_gettext("Dit adres hoort bij een stap in het inloggen."),
        next_step=_BEGIN_AGAIN,
        at_portal=_BEGIN_AGAIN_AT,
    ),
    "too-large": _Entry(
        title=lazy_gettext("Dit bericht is te groot"),
        explanation=lazy_gettext("Wij kregen meer gegevens dan deze pagina aankan. Er is niets bewaard."),
        next_step=_BEGIN_AGAIN,
        at_portal=_BEGIN_AGAIN_AT,
    ),
    "too-many-requests": _Entry(
        title=lazy_gettext("Het is hier nu te druk"),
        explanation=lazy_gettext(
            "Vanaf uw netwerk komen op dit moment heel veel aanvragen binnen. "
            "Misschien deelt u het netwerk met anderen."
        ),
        next_step=lazy_gettext("Wacht een minuut en probeer het dan nog een keer."),
    ),
    "provider-failed": _Entry(
        title=_NOT_LOGGED_IN,
        explanation=lazy_gettext(
            "Wij kregen geen geldig antwoord van het inlogmiddel dat u koos. "
            "Voor de zekerheid hebben wij u niet ingelogd."
        ),
        next_step=_BEGIN_AGAIN,
        at_portal=_BEGIN_AGAIN_AT,
    ),
    "provider-unavailable": _Entry(
        title=lazy_gettext("Dit inlogmiddel werkt nu niet"),
        explanation=lazy_gettext("Wij kunnen het inlogmiddel dat u koos nu niet bereiken."),
        next_step=_LATER,
    ),
    "no-account": _Entry(
        title=lazy_gettext("Wij vinden geen account bij deze inlog"),
        explanation=lazy_gettext(
            "Het inloggen zelf is gelukt, maar er hoort hier nog geen account bij. "
            "Daarom kunt u nog niet verder."
        ),
        next_step=lazy_gettext("Neem contact op als u een account wilt of denkt dat u er een heeft."),
    ),
    "account-disabled": _Entry(
        title=lazy_gettext("Uw account is geblokkeerd"),
        explanation=lazy_gettext("Het inloggen zelf is gelukt, maar u kunt dit account nu niet gebruiken."),
        next_step=lazy_gettext("Neem contact op om te vragen waarom, en hoe u weer toegang krijgt."),
    ),
    "level-too-low": _Entry(
        title=lazy_gettext("Er is een extra controle nodig"),
        explanation=lazy_gettext(
            "U heeft ingelogd op een manier die hier niet zeker genoeg is om uw gegevens te beschermen."
        ),
        next_step=lazy_gettext(
            "Begin opnieuw en kies een manier van inloggen met een extra controle, zoals een app of sms."
        ),
        at_portal=lazy_gettext(
            "Begin opnieuw bij %(portal)s en kies een manier van inloggen met een extra controle, "
            "zoals een app of sms."
        ),
    ),
    "session-unknown": _Entry(
        title=lazy_gettext("U bent niet meer ingelogd"),
        explanation=lazy_gettext("Uw sessie is afgelopen. Dat gebeurt vanzelf als u een tijd niets doet."),
        next_step=lazy_gettext("Log opnieuw in op de website waar u verder wilt."),
        at_portal=lazy_gettext("Log opnieuw in bij %(portal)s."),
    ),
    "answer-unknown": _Entry(
        title=_ANSWER_PAST,
        explanation=lazy_gettext(
            "Het antwoord van het inlogmiddel is al gebruikt, of het hoort niet bij een inlogpoging hier. "
            "Dat gebeurt bijvoorbeeld als u de pagina ververst of de knop Vorige gebruikt."
        ),
        next_step=_BEGIN_AGAIN,
        at_portal=_BEGIN_AGAIN_AT,
    ),
    "answer-other-browser": _Entry(
        title=lazy_gettext("U begon met inloggen in een andere browser"),
        explanation=lazy_gettext(
            "Het inloggen moet eindigen in de browser waarin het begon. "
            "Voor de zekerheid hebben wij u niet ingelogd."
        ),
        next_step=lazy_gettext("Begin opnieuw in de browser die u nu gebruikt, en blijf in die browser."),
        at_portal=lazy_gettext(
            "Begin opnieuw bij %(portal)s in de browser die u nu gebruikt, en blijf in die browser."
        ),
    ),
    "already-logged-in": _Entry(
        title=lazy_gettext("U bent al ingelogd"),
        explanation=lazy_gettext(
            "Deze inlogpagina is al gebruikt. Dat gebeurt als u de knop Vorige gebruikt."
        ),
        next_step=lazy_gettext("Ga terug naar de website waar u was."),
        at_portal=lazy_gettext("Ga verder bij %(portal)s."),
    ),
    "evidence-too-old": _Entry(
        title=lazy_gettext("U moet opnieuw inloggen"),
        explanation=lazy_gettext("Het is te lang geleden dat u inlogde. Daarom kunt u nog niet verder."),
        next_step=lazy_gettext("Log opnieuw in op de website waar u verder wilt."),
        at_portal=lazy_gettext("Log opnieuw in bij %(portal)s."),
    ),
    "second-factor-missing": _Entry(
        title=lazy_gettext("Hiervoor moet u inloggen in twee stappen"),
        explanation=lazy_gettext(
            "U heeft alleen een wachtwoord. Voor wat u wilt doen is dat niet genoeg: er hoort een code bij "
            "uit een app of uit een sms. Die heeft u nog niet ingesteld en hier kan dat niet."
        ),
        next_step=_SET_UP_FIRST,
    ),
    "authenticator-missing": _Entry(
        title=lazy_gettext("Hiervoor is een authenticator-app nodig"),
        explanation=lazy_gettext(
            "Voor wat u wilt doen is een wachtwoord met een code uit een authenticator-app nodig. "
            "Een code uit een sms is niet genoeg. U heeft nog geen app ingesteld en hier kan dat niet."
        ),
        next_step=_SET_UP_FIRST,
    ),
    "login-overtaken": _Entry(
        title=lazy_gettext("U moet opnieuw inloggen"),
        explanation=lazy_gettext("Terwijl u inlogde, is uw wachtwoord gewijzigd of bent u uitgelogd."),
        next_step=lazy_gettext("Log opnieuw in op de website waar u verder wilt."),
        at_portal=lazy_gettext("Log opnieuw in bij %(portal)s."),
    ),
    "link-unknown": _Entry(
        title=lazy_gettext("Deze link klopt niet"),
        explanation=lazy_gettext("Misschien is de link niet helemaal meegekomen uit de e-mail."),
        next_step=lazy_gettext(
            "Open de link opnieuw vanuit de e-mail, of kopieer hem helemaal. "
            "Lukt het niet? Log dan opnieuw in."
        ),
    ),
    "link-expired": _Entry(
        title=lazy_gettext("Deze link is verlopen"),
        explanation=lazy_gettext("De link in de e-mail werkt 24 uur. Er is geen account gemaakt."),
        next_step=_LOG_IN_AGAIN,
        at_portal=_LOG_IN_AGAIN_AT,
    ),
    "link-used": _Entry(
        title=lazy_gettext("Deze link is al gebruikt"),
        explanation=lazy_gettext("Een link werkt één keer. Uw account is al klaar."),
        next_step=lazy_gettext("Log in op de website waar u het account voor maakte."),
        at_portal=lazy_gettext("Log in bij %(portal)s."),
    ),
    "link-replaced": _Entry(
        title=lazy_gettext("Deze link werkt niet meer"),
        explanation=lazy_gettext("U vroeg daarna een nieuwe e-mail aan of paste uw gegevens aan."),
        next_step=lazy_gettext("Open de link in de nieuwste e-mail. Geen nieuwe e-mail? Log dan opnieuw in."),
    ),
    "link-stopped": _Entry(
        title=lazy_gettext("Deze link werkt niet meer"),
        explanation=lazy_gettext("Het maken van dit account is gestopt. Er is niets bewaard."),
        next_step=_LOG_IN_AGAIN,
        at_portal=_LOG_IN_AGAIN_AT,
    ),
    "link-address-taken": _Entry(
        title=lazy_gettext("Dit e-mailadres hoort al bij een ander account"),
        explanation=lazy_gettext("Daarom kunnen wij met dit adres geen tweede account maken."),
        next_step=lazy_gettext(
            "Log opnieuw in op de website waar u een account wilde en kies een ander e-mailadres."
        ),
        at_portal=lazy_gettext("Log opnieuw in bij %(portal)s en kies een ander e-mailadres."),
    ),
    "password-link-unknown": _Entry(
        title=lazy_gettext("Deze link klopt niet"),
        explanation=lazy_gettext("Misschien is de link niet helemaal meegekomen uit de e-mail."),
        next_step=lazy_gettext(
            "Open de link opnieuw vanuit de e-mail, of kopieer hem helemaal. "
            "Lukt het niet? Vraag dan een nieuwe e-mail aan."
        ),
    ),
    "password-link-replaced": _Entry(
        title=lazy_gettext("Deze link werkt niet meer"),
        explanation=lazy_gettext(
            "U vroeg daarna een nieuwe e-mail aan, logde in of koos al een ander wachtwoord."
        ),
        next_step=lazy_gettext("Open de link in de nieuwste e-mail, of vraag een nieuwe aan."),
    ),
    "reset-link-expired": _Entry(
        title=lazy_gettext("Deze link is verlopen"),
        explanation=lazy_gettext("De link in de e-mail werkt 30 minuten. Uw wachtwoord is niet veranderd."),
        next_step=_NEW_MAIL,
    ),
    "reset-link-used": _Entry(
        title=lazy_gettext("Deze link is al gebruikt"),
        explanation=lazy_gettext(
            "Een link werkt één keer. Met deze link is al een nieuw wachtwoord gekozen."
        ),
        next_step=lazy_gettext(
            "Log in met uw nieuwe wachtwoord. Heeft u het niet zelf gekozen? Neem dan meteen contact op."
        ),
    ),
    "invitation-link-expired": _Entry(
        title=lazy_gettext("Deze link is verlopen"),
        explanation=lazy_gettext("De link in de uitnodiging werkt 7 dagen. Uw account staat nog klaar."),
        next_step=_NEW_MAIL,
    ),
    "invitation-link-used": _Entry(
        title=lazy_gettext("Deze link is al gebruikt"),
        explanation=lazy_gettext("Een link werkt één keer. Uw account is al klaar."),
        next_step=lazy_gettext("Log in met uw e-mailadres en uw wachtwoord."),
    ),
    "address-link-unknown": _Entry(
        title=lazy_gettext("Deze link klopt niet"),
        explanation=lazy_gettext("Misschien is de link niet helemaal meegekomen uit de e-mail."),
        next_step=_CHANGE_ADDRESS_AGAIN,
    ),
    "address-link-expired": _Entry(
        title=lazy_gettext("Deze link is verlopen"),
        explanation=lazy_gettext("De link in de e-mail werkt 1 uur. Uw e-mailadres is niet veranderd."),
        next_step=_CHANGE_ADDRESS_AGAIN,
    ),
    "address-link-used": _Entry(
        title=lazy_gettext("Deze link is al gebruikt"),
        explanation=lazy_gettext("Een link werkt één keer. Uw e-mailadres is al gewijzigd."),
        next_step=lazy_gettext("U hoeft niets meer te doen."),
    ),
    "address-link-replaced": _Entry(
        title=lazy_gettext("Deze link werkt niet meer"),
        explanation=lazy_gettext(
            "U vroeg daarna een nieuwe e-mail aan, of er is intussen iets anders aan uw account veranderd."
        ),
        next_step=_CHANGE_ADDRESS_AGAIN,
    ),
    "address-link-taken": _Entry(
        title=lazy_gettext("Dit e-mailadres hoort al bij een ander account"),
        explanation=lazy_gettext("Daarom is uw e-mailadres niet veranderd."),
        next_step=lazy_gettext("Ga naar uw instellingen en kies een ander e-mailadres."),
    ),
    "no-role": _Entry(
        title=lazy_gettext("U heeft hier geen toegang"),
        explanation=lazy_gettext("Het is duidelijk wie u bent, maar u heeft de rol niet die hier nodig is."),
        next_step=lazy_gettext("Vraag of u die rol kunt krijgen. Log daarna opnieuw in."),
        at_portal=lazy_gettext(
            "Vraag of u voor %(portal)s de juiste rol kunt krijgen. Log daarna opnieuw in."
        ),
    ),
    "no-role-within-mandate": _Entry(
        title=lazy_gettext("U heeft hier geen toegang"),
        explanation=lazy_gettext(
            "Het is duidelijk wie u bent. Maar voor de organisatie of vestiging waarvoor u nu inlogt, "
            "heeft u hier geen rol."
        ),
        next_step=lazy_gettext(
            "Log opnieuw in en kies een andere organisatie of vestiging. Of vraag of u een rol kunt krijgen."
        ),
        at_portal=lazy_gettext(
            "Log opnieuw in bij %(portal)s en kies een andere organisatie of vestiging. "
            "Of vraag of u een rol kunt krijgen."
        ),
    ),
    "collectivity-not-reachable": _Entry(
        title=lazy_gettext("Voor deze zakelijke relatie kunt u niet werken"),
        explanation=lazy_gettext("U heeft geen rol bij deze zakelijke relatie, of het nummer klopt niet."),
        next_step=lazy_gettext("Log opnieuw in en kies een andere zakelijke relatie."),
        at_portal=lazy_gettext(
            "Ga terug naar %(portal)s en kies een andere zakelijke relatie. "
            "Moet u wel voor deze werken? Vraag dan een collega die rollen mag geven."
        ),
    ),
    "upstream-logout-over": _Entry(
        title=lazy_gettext("Deze knop werkt niet meer"),
        explanation=lazy_gettext(
            "De knop om uit te loggen bij uw inlogmiddel werkt één keer en 5 minuten. "
            "Bij ons bent u al uitgelogd."
        ),
        next_step=lazy_gettext("Gebruiken anderen dit apparaat ook? Sluit dan alle vensters van uw browser."),
    ),
    "upstream-logout-refused": _Entry(
        title=lazy_gettext("Wij weten niet of u bij uw inlogmiddel bent uitgelogd"),
        explanation=lazy_gettext(
            "Er kwam een bericht over uitloggen dat wij niet kunnen vertrouwen, of dat al is gebruikt. "
            "Daarom hebben wij er niets mee gedaan."
        ),
        next_step=lazy_gettext(
            "Wilt u zeker weten dat u overal bent uitgelogd? Sluit alle vensters van uw browser."
        ),
    ),
    "logout-hint-invalid": _Entry(
        title=lazy_gettext("Uitloggen via deze link is niet gelukt"),
        explanation=lazy_gettext("De website die u hierheen stuurde, gaf geen geldige gegevens mee."),
        next_step=lazy_gettext(
            "Ga terug naar die website en log daar opnieuw uit. "
            "Sluit daarna alle vensters van uw browser als anderen dit apparaat ook gebruiken."
        ),
    ),
}

ERROR_CODES: Final = frozenset(_ENTRIES)


def explain(code: str, *, portal: str | None = None) -> ErrorText:
    """The sentences of an error code, in the language of this request.

    `portal` is the name of the portal where the person may begin again, when it is known for certain.
    A code without sentences of its own is explained as `internal`, so that there is always a page.
    """
    entry = _ENTRIES.get(code, _INTERNAL)
    next_step = str(entry.next_step)
    if portal is not None and entry.at_portal is not None:
        next_step = str(entry.at_portal) % {"portal": portal}
    return ErrorText(str(entry.title), str(entry.explanation), next_step)
