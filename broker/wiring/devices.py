"""The devices that accounts were used on, with the mail about new ones, from the stores."""

from __future__ import annotations

from broker.notify.queue import MessageQueue
from broker.settings import Settings
from broker.storage.known_devices import KnownDevices
from broker.storage.messages import MessageRepository
from broker.web.device_mails import DeviceMails
from broker.web.devices import DeviceBook
from broker.web.portals import Portals
from broker.wiring.mail import senders_of
from broker.wiring.stores import Stores


def device_book(settings: Settings, stores: Stores) -> DeviceBook:
    """One book for all brands."""
    queue = MessageQueue(MessageRepository(stores.database, stores.keys.columns), stores.clock)
    letters = DeviceMails(queue, senders_of(settings), Portals.of(settings))
    return DeviceBook(
        KnownDevices(stores.database, stores.keys.columns), letters, together=stores.database.writing
    )
