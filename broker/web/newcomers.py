"""How somebody without an account gets one, for who has not begun to log in anywhere yet."""

from __future__ import annotations

from flask_babel import gettext

from broker.domain.accounts import WithoutAccount
from broker.domain.assurance import Scheme
from broker.web.dead_end import TextList
from broker.web.language import current_language
from broker.web.portals import PortalView


def for_newcomers(portals: tuple[PortalView, ...]) -> tuple[TextList, ...]:
    """What to do at each of these portals without an account; nothing where one can only ask the desk."""
    told = tuple(sentence for portal in portals if (sentence := _how_at(portal)) is not None)
    return (TextList(gettext("Nog geen account?"), told),) if told else ()


def asks_for_accounts(portal: PortalView) -> bool:
    """Whether somebody can ask for an account here, which takes a login with eHerkenning first."""
    return portal.is_entered_by(Scheme.EHERKENNING)


def _how_at(portal: PortalView) -> str | None:
    if portal.without_account is WithoutAccount.REGISTER:
        return str(gettext("%(portal)s: log in met DigiD. Daarna maakt u uw account.", portal=portal.name))
    if asks_for_accounts(portal):
        return str(
            gettext(
                "%(portal)s: log in met eHerkenning. Daarna kunt u een account aanvragen.",
                portal=portal.name,
            )
        )
    help_there = portal.account_help.get(current_language())
    return f"{portal.name}: {help_there}" if help_there else None
