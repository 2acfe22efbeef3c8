"""Where a link leads, and what choosing a password does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from broker.accounts.passwords.policy import faults_in
from broker.accounts.reset.links import LinkFault, PasswordLink, Purpose
from broker.accounts.reset.ports import Letter, LetterKind
from broker.accounts.reset.surroundings import Credentials, Surroundings
from broker.domain.accounts import Account, AccountState
from broker.domain.events import AccountActivated, PasswordChanged, PasswordLinkRefused, Result, SecurityEvent
from broker.domain.login_place import LoginPlace
from broker.domain.mailbox import mailbox_of

_EXPECTED: Final = {Purpose.RESET: AccountState.ACTIVE, Purpose.ACTIVATION: AccountState.INVITED}
_NOTICES: Final = {Purpose.RESET: LetterKind.CHANGED, Purpose.ACTIVATION: LetterKind.ACTIVATED}
_NOTICE_LIFETIME = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Found:
    """A link that is good, with its account."""

    link: PasswordLink
    account: Account


@dataclass(frozen=True, slots=True)
class NotTaken:
    """The password will not do, for these reasons (codes of `passwords.policy`); the link is still good."""

    found: Found
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewPassword:
    """What somebody typed, what else they would be guessed by (the brand's names), and from where it came."""

    text: str = field(repr=False)
    brand_words: Sequence[str]
    source: str = field(repr=False)


class PasswordChoice:
    """Looks at links and uses them."""

    def __init__(self, surroundings: Surroundings, credentials: Credentials) -> None:
        self._with = surroundings
        self._credentials = credentials

    def look(self, brand: str, purpose: Purpose, token: str) -> Found | LinkFault:
        """What the link is good for; looking changes nothing, however often (mail scanners look)."""
        link = self._with.links.find(brand, purpose, token)
        if isinstance(link, LinkFault):
            return link
        account = self._with.accounts.get(link.account_id)
        if account is None or account.brand != brand:
            return LinkFault.REPLACED
        if account.state is not _EXPECTED[purpose]:
            is_done = purpose is Purpose.ACTIVATION and account.state is AccountState.ACTIVE
            return LinkFault.USED if is_done else LinkFault.REPLACED
        overtaken = account.email != link.mailbox or self._is_overtaken(link)
        return LinkFault.REPLACED if overtaken else Found(link, account)

    def used(self, brand: str, purpose: Purpose, token: str) -> PasswordLink | None:
        """The link with which a password was chosen a moment ago."""
        return self._with.links.find_used(brand, purpose, token)

    def choose(
        self, brand: str, purpose: Purpose, token: str, wish: NewPassword
    ) -> Found | NotTaken | LinkFault:
        """Give the account this password and use the link up.

        What is kept is one transaction: the link's trace, the password, the state, the notice, the events. Of
        several callers one gets `Found`, and whoever dies before its end has changed nothing. Sessions are
        ended within it, so that none outlives the old password, and once more after it, for who logged in
        meanwhile.
        """
        found = self.look(brand, purpose, token)
        if isinstance(found, LinkFault):
            return self._refuse(brand, purpose, found)
        account = found.account
        context = (account.name, *account.email.split("@"), *wish.brand_words)
        if faults := faults_in(wish.text, context=context):
            return NotTaken(found, faults)
        hashed = self._credentials.hashing.hash(wish.text)
        now = self._with.clock()
        if not self._keep(found, token, hashed, now):
            return self._refuse(brand, purpose, LinkFault.USED)
        self._with.links.mark_used(brand, token, found.link)
        self._end_sessions(found)
        # Who reads the mailbox is the owner: what strangers failed at is not held against them here.
        self._credentials.guard.let_in(brand, account.email, LoginPlace(wish.source), now=now)
        return found

    def _keep(self, found: Found, token: str, hashed: str, now: datetime) -> bool:
        link, account, credentials = found.link, found.account, self._credentials
        with self._with.together():
            # Redis may lose its last writes; a link that was used stays used (see `storage.used_messages`).
            scope = f"password-link/{account.brand}"
            if not credentials.used.claim(scope, token, expires_at=link.expires_at):
                return False
            # The address may have changed while the password was hashed: the link went to the old one.
            latest = self._with.accounts.get(account.id)
            if latest is None or latest.email != link.mailbox:
                return False
            if link.purpose is Purpose.ACTIVATION and not self._with.accounts.activate(account.id):
                return False
            credentials.passwords.put(account.id, hashed, at=now)
            credentials.devices.forget_all(account.id)
            self._with.letters.write(
                Letter(
                    kind=_NOTICES[link.purpose],
                    brand=account.brand,
                    to_ascii=mailbox_of(account),
                    expires_at=now + _NOTICE_LIFETIME,
                    portal=link.errand.portal,
                )
            )
            self._with.auditor.record(_event(found))
            self._end_sessions(found)
        return True

    def _end_sessions(self, found: Found) -> None:
        self._credentials.sessions.end_all(found.account, reason="password-changed")

    def _is_overtaken(self, link: PasswordLink) -> bool:
        """Whether the account was logged in to, or got another password, after the link was made."""
        last_login = self._with.accounts.last_login_at(link.account_id)
        changed = self._credentials.passwords.changed_at(link.account_id)
        return any(moment is not None and moment >= link.made_at for moment in (last_login, changed))

    def _refuse(self, brand: str, purpose: Purpose, fault: LinkFault) -> LinkFault:
        self._with.auditor.record(
            PasswordLinkRefused(brand=brand, result=Result.REFUSED, purpose=purpose.value, reason=fault.value)
        )
        return fault


def _event(found: Found) -> SecurityEvent:
    account = found.account
    if found.link.purpose is Purpose.ACTIVATION:
        return AccountActivated(brand=account.brand, result=Result.SUCCESS, account_id=account.id)
    return PasswordChanged(
        brand=account.brand, result=Result.SUCCESS, account_id=account.id, way=found.link.purpose.value
    )
