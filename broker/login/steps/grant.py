"""The last step: state who this is and how sure we are."""

from __future__ import annotations

from broker.domain.accounts import Account
from broker.domain.identity import Authentication
from broker.domain.rights import Relation
from broker.login.policy import is_enough, relation_opens
from broker.login.progress import Decision, Grant, Progress, Refuse


def grant(progress: Progress) -> Decision | None:
    """Grant from evidence when there is any, else from the running login; never below what is required.

    The steps before have seen to the level already. It is looked at once more, because this is the door.
    """
    account = progress.account
    source = progress.evidence or progress.earlier
    if not isinstance(account, Account) or source is None:
        return Refuse("login-required")
    if not is_enough(progress, source.assurance):
        return Refuse("level-too-low")
    relation, wish = progress.relation, progress.wish.relation
    if wish is not None and not (isinstance(relation, Relation) and relation_opens(relation, wish)):
        return Refuse("no-role")
    authentication = Authentication(account.id, progress.brand, source.assurance, source.authenticated_at)
    return Grant(
        authentication,
        account,
        by_earlier_login=progress.evidence is None,
        relation=relation if isinstance(relation, Relation) else None,
    )
