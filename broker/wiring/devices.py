"""The devices that accounts were used on, with the mail about new ones, from the stores."""

from __future__ import annotations

from broker.settings import Settings
from broker.storage.known_devices import KnownDevices
from broker.web.device_mails import DeviceMails
from broker.web.devices import DeviceBook
from broker.wiring.letters import letterbox
from broker.wiring.stores import Stores


def device_book(settings: Settings, stores: Stores) -> DeviceBook:
    """One book for all brands."""
    return DeviceBook(
        KnownDevices(stores.database, stores.keys.columns),
        DeviceMails(letterbox(settings, stores)),
        together=stores.database.writing,
    )
