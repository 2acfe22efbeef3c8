"""What second factors are made with, from the configuration and the stores."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from broker.audit.recorder import Auditor
from broker.domain.second_factors import FactorKind
from broker.mfa.enrolment import Enrolments
from broker.mfa.ports import CodeMessage, FactorLetters, NumberNotice, Surroundings
from broker.notify.queue import MessageQueue
from broker.notify.sms import code_message, number_notice
from broker.settings import Settings
from broker.storage.accounts import AccountRepository
from broker.storage.messages import Channel
from broker.storage.one_time_codes import OneTimeCodes
from broker.storage.second_factors import SecondFactorRepository
from broker.web.second_factor_mails import SecondFactorMails
from broker.wiring.letters import letterbox, message_queue
from broker.wiring.limits import allowances
from broker.wiring.sms_budget import PhoneBudgets
from broker.wiring.stores import Stores

_NOTICE = "second-factor.notice"
_CHANNELS = {FactorKind.SMS: Channel.SMS, FactorKind.VOICE: Channel.VOICE}


class QueuedCodes:
    """`broker.mfa.ports.CodeSender`: codes and notices go into the queue, in the language at hand."""

    def __init__(
        self, queue: MessageQueue, brand_names: Mapping[str, str], language: Callable[[], str]
    ) -> None:
        """`language` gives a BCP 47 tag whenever it is asked."""
        self._queue = queue
        self._brand_names = brand_names
        self._language = language

    def send(self, message: CodeMessage) -> None:
        """Queue the text or call; the message that it supersedes stays home if it has not left."""
        if message.supersedes is not None:
            self._queue.supersede(message.supersedes)
        words = code_message(
            _CHANNELS[message.kind],
            message.number,
            message.code,
            brand_name=self._brand_names.get(message.brand, message.brand),
            purpose=message.purpose,
            language=self._language(),
        )
        purpose = f"second-factor.{message.purpose.value}"
        self._queue.enqueue_for_phone(
            message.message_id, message.brand, purpose, words, expires_at=message.expires_at
        )

    def notify(self, notice: NumberNotice) -> None:
        """Queue a text or call that tells of a change."""
        words = number_notice(
            _CHANNELS[notice.kind],
            notice.number,
            brand_name=self._brand_names.get(notice.brand, notice.brand),
            language=self._language(),
        )
        self._queue.enqueue_for_phone(
            notice.message_id, notice.brand, _NOTICE, words, expires_at=notice.expires_at
        )


def second_factor_surroundings(
    settings: Settings,
    stores: Stores,
    auditor: Auditor,
    *,
    language: Callable[[], str],
    source: Callable[[], str],
) -> Surroundings:
    """Everything that `SecondFactors`, `Enrolments` and `FactorUpkeep` need.

    `language` gives the BCP 47 tag of the page at hand, `source` the block of addresses of the request.
    """
    counting = allowances(stores)
    return Surroundings(
        factors=SecondFactorRepository(stores.database, stores.keys.columns),
        codes=OneTimeCodes(stores.redis, stores.keys.records),
        records=stores.records,
        allowances=counting,
        sender=QueuedCodes(message_queue(stores), brand_names_of(settings), language),
        budget=PhoneBudgets(counting, source, auditor, most_an_hour=_most_an_hour(settings)),
        auditor=auditor,
        together=stores.database.writing,
    )


def _most_an_hour(settings: Settings) -> int:
    """What may be spent in all; without a gateway no portal offers codes by telephone."""
    return settings.broker.sms.most_an_hour if settings.broker.sms else 0


def enrolments_of(
    settings: Settings, stores: Stores, surroundings: Surroundings, letters: FactorLetters | None = None
) -> Enrolments:
    """What adds second factors to accounts, and tells their owners by `letters`."""
    return Enrolments(surroundings, stores.clock, brand_names_of(settings), letters)


def second_factor_mails(settings: Settings, stores: Stores, accounts: AccountRepository) -> FactorLetters:
    """Mails about second factors, into the queue."""
    return SecondFactorMails(letterbox(settings, stores), accounts, stores.clock)


def brand_names_of(settings: Settings) -> Mapping[str, str]:
    """What people call each brand."""
    return {name: brand.name for name, brand in settings.brands.items()}
