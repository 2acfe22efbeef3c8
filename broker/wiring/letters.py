"""What mails are written and queued with, in a request and outside any."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from flask_babel import force_locale

from broker.notify.queue import MessageQueue
from broker.settings import Settings
from broker.storage.messages import MessageRepository
from broker.web.language import Language
from broker.web.letters import Letterbox
from broker.web.look import install_look
from broker.wiring.mail import senders_of
from broker.wiring.portals import portals_of
from broker.wiring.stores import Stores


def message_queue(stores: Stores) -> MessageQueue:
    """Where mails, texts and calls wait for the worker."""
    return MessageQueue(MessageRepository(stores.database, stores.keys.columns), stores.clock)


def letterbox(settings: Settings, stores: Stores) -> Letterbox:
    """Where the mails of all brands are posted."""
    return Letterbox(message_queue(stores), senders_of(settings), portals_of(settings))


@contextmanager
def writing_in(language: Language) -> Iterator[None]:
    """Within this, a command writes mails in the look of their brand and this language."""
    app = Flask("broker.web")
    install_look(app)
    with app.app_context(), force_locale(language.value):
        yield
