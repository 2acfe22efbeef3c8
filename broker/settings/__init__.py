"""The configuration directory as typed, frozen values; every fault is reported, with file and key.

`load_settings` is the only way in. Nothing here opens a key, a database or a connection: what the named
files hold is judged by `broker.wiring.configuration`.
"""

from broker.settings.brand_file import Brand, DigidService, Staff
from broker.settings.broker_file import BrokerFile, Environment
from broker.settings.desk_section import Desk
from broker.settings.load import Settings, load_settings
from broker.settings.mail_section import MailSecurity
from broker.settings.portal_file import ClientMetadata, Portal, Profile
from broker.settings.provider_file import MetadataFeed, ProviderFile

__all__ = [
    "Brand",
    "BrokerFile",
    "ClientMetadata",
    "Desk",
    "DigidService",
    "Environment",
    "MailSecurity",
    "MetadataFeed",
    "Portal",
    "Profile",
    "ProviderFile",
    "Settings",
    "Staff",
    "load_settings",
]
