"""Resetting somebody's second factors (J12, J24): what an operator does for who lost them, in one act."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from broker.domain.accounts import Account
from broker.domain.auditing import Together
from broker.domain.clock import Clock
from broker.domain.network_block import NOWHERE
from broker.mfa.upkeep import FactorUpkeep
from broker.sessions.ender import SessionEnder
from broker.settings import Settings
from broker.web.account.mails import Change, ChangeMails
from broker.web.language import Language
from broker.wiring.audit import operator_auditor
from broker.wiring.letters import letterbox, writing_in
from broker.wiring.second_factors import second_factor_surroundings
from broker.wiring.stores import Stores, session_store


@dataclass(frozen=True, slots=True)
class FactorReset:
    """Takes every second factor away from somebody, tells them, and logs them out everywhere."""

    upkeep: FactorUpkeep
    mails: ChangeMails
    sessions: SessionEnder
    together: Together
    clock: Clock

    def reset(self, account: Account) -> int:
        """Answers how many factors there were; where there was none, nothing is done and nobody is told."""
        with self.together():
            gone = self.upkeep.reset(account, now=self.clock())
            if not gone:
                return 0
            self.mails.tell(account, Change.FACTORS_RESET)
            # Should Redis be away, nothing is changed.
            self._end_sessions(account)
        # Once more, for who logged in meanwhile with a factor that still stood.
        self._end_sessions(account)
        return gone

    def _end_sessions(self, account: Account) -> None:
        self.sessions.end_all(account, reason="second-factors-reset")


@contextmanager
def factor_reset_by_operator(settings: Settings, stores: Stores, language: Language) -> Iterator[FactorReset]:
    """For an operator, outside any request: mail and texts are written in `language`."""
    auditor = operator_auditor(stores)
    surroundings = second_factor_surroundings(
        settings, stores, auditor, language=lambda: language.value, source=lambda: NOWHERE
    )
    with writing_in(language):
        yield FactorReset(
            upkeep=FactorUpkeep(surroundings),
            mails=ChangeMails(letterbox(settings, stores), stores.clock),
            sessions=SessionEnder(session_store(stores), auditor, stores.clock),
            together=stores.database.writing,
            clock=stores.clock,
        )
