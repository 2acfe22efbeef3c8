"""What a page of the account area tells after something was done there."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext

from broker.web.notices import Notice, NoticeTone

PASSWORD_CHANGED: Final = "password-changed"  # noqa: S105 - the name of a notice.
FACTOR_ADDED: Final = "factor-added"
FACTOR_REMOVED: Final = "factor-removed"
FACTOR_NEEDED: Final = "factor-needed"
CODES_LATER: Final = "codes-later"
SESSION_ENDED: Final = "session-ended"
ADDRESS_ASKED: Final = "address-asked"
CONFIRMED: Final = "confirmed"
CONFIRM_AGAIN: Final = "confirm-again"

_NOTES: Final = {
    PASSWORD_CHANGED: (
        NoticeTone.INFO,
        lazy_gettext("Uw wachtwoord is gewijzigd"),
        lazy_gettext("Op alle andere apparaten bent u uitgelogd. U krijgt een e-mail ter bevestiging."),
    ),
    FACTOR_ADDED: (
        NoticeTone.INFO,
        lazy_gettext("Uw tweestapsverificatie is gewijzigd"),
        lazy_gettext("De nieuwe manier werkt vanaf nu. U krijgt een e-mail ter bevestiging."),
    ),
    FACTOR_REMOVED: (
        NoticeTone.INFO,
        lazy_gettext("De manier is verwijderd"),
        lazy_gettext("U kunt er niet meer mee inloggen. U krijgt een e-mail ter bevestiging."),
    ),
    FACTOR_NEEDED: (
        NoticeTone.WARNING,
        lazy_gettext("Deze manier kunt u nu niet verwijderen"),
        lazy_gettext("Zonder deze manier kunt u hier niet meer inloggen. Stel eerst een andere manier in."),
    ),
    CODES_LATER: (
        NoticeTone.WARNING,
        lazy_gettext("U heeft te vaak nieuwe herstelcodes gemaakt"),
        lazy_gettext("De laatste herstelcodes die u kreeg, werken nog. Probeer het over een uur opnieuw."),
    ),
    SESSION_ENDED: (
        NoticeTone.INFO,
        lazy_gettext("Dat apparaat is uitgelogd"),
        lazy_gettext("Wie daar nog bezig was, moet opnieuw inloggen."),
    ),
    ADDRESS_ASKED: (
        NoticeTone.INFO,
        lazy_gettext("Controleer de e-mail op uw nieuwe adres"),
        lazy_gettext(
            "Gebruik binnen een uur de link in die e-mail. Tot dan blijft uw oude e-mailadres gelden."
        ),
    ),
    CONFIRMED: (
        NoticeTone.INFO,
        lazy_gettext("U heeft bevestigd dat u het bent"),
        lazy_gettext("U kunt hier nu vijf minuten lang gegevens wijzigen."),
    ),
    CONFIRM_AGAIN: (
        NoticeTone.WARNING,
        lazy_gettext("Te vaak een verkeerde code"),
        lazy_gettext("Begin opnieuw met uw wachtwoord."),
    ),
}

ACCOUNT_NOTES: Final = frozenset(_NOTES)


def account_note(code: str | None) -> Notice | None:
    """The notice of a code in the language of this request; None for no code or one that is unknown."""
    found = _NOTES.get(code or "")
    if found is None:
        return None
    tone, title, text = found
    return Notice(str(title), str(text), tone)
