"""An identity is not enough: there has to be an account of the right kind that may be used."""

from __future__ import annotations

from broker.domain.accounts import AccountState, WithoutAccount
from broker.domain.factor_strength import TAKES_SECOND_FACTOR
from broker.domain.identity import AccountIdentity, EherkenningIdentity
from broker.login.policy import earlier_login_steps_up, earlier_login_suffices
from broker.login.progress import (
    Decision,
    LookUp,
    NoAccount,
    OfferBinding,
    OfferRegistration,
    Progress,
    Refuse,
)


def resolve_account(progress: Progress) -> Decision | None:
    """Ask for the account once, then refuse whoever has none that this portal may let in.

    Who was vouched for just now and has no account at all may make one, where the portal says so; who acts
    for an organisation may be bound to the account that was handed out.
    """
    account = progress.account
    if account is None:
        return _look_up(progress)
    if isinstance(account, NoAccount) and _is_of_an_organisation(progress):
        return OfferBinding()
    if isinstance(account, NoAccount):
        may_register = progress.wish.without_account is WithoutAccount.REGISTER
        return OfferRegistration() if may_register and progress.evidence else Refuse("no-account")
    if account.brand != progress.brand or account.type is not progress.wish.account_type:
        return Refuse("no-account")
    if account.state is not AccountState.ACTIVE:
        return Refuse("account-disabled")
    return None


def _is_of_an_organisation(progress: Progress) -> bool:
    """Whether an account is handed out to this person by somebody else, and bound by a code."""
    return progress.evidence is not None and isinstance(progress.evidence.identity, EherkenningIdentity)


def _look_up(progress: Progress) -> Decision:
    evidence, earlier = progress.evidence, progress.earlier
    if evidence is not None:
        return LookUp(evidence.identity, with_factors=evidence.assurance.scheme in TAKES_SECOND_FACTOR)
    if earlier is None:
        return Refuse("login-required")
    steps_up = earlier_login_steps_up(progress)
    if steps_up or earlier_login_suffices(progress):
        return LookUp(AccountIdentity(earlier.account_id), with_factors=steps_up)
    return Refuse("login-required")
