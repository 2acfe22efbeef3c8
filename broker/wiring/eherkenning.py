"""Brands' eHerkenning connections: keys, services and metadata loaded once, faults collected."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from cryptography import x509

from broker.domain.assurance import EherkenningLevel
from broker.errors import ConfigurationError
from broker.providers.answers.claiming import UsedMessages
from broker.providers.eherkenning.attributes import COMPANY_NAME
from broker.providers.eherkenning.connection import AnswerBinding, EherkenningConnection, RequestBinding
from broker.providers.eherkenning.levels import class_ref_of
from broker.providers.eherkenning.logout import EherkenningLogout
from broker.providers.eherkenning.provider import EherkenningProvider, eherkenning_provider
from broker.providers.eherkenning.service import BRANCH_RESTRICTION, QUALIFIER_OF, EntityType, Service
from broker.providers.saml.decrypt import DecryptionKey
from broker.providers.saml.dv_metadata import DienstverlenerDescription, ToldService, signed_dv_metadata
from broker.providers.saml.keys import SigningKey
from broker.providers.saml.rollover import Rollover
from broker.providers.saml.service_catalogue import (
    CatalogueEntry,
    CatalogueService,
    RequestedAttribute,
    signed_service_catalogue,
)
from broker.settings import Settings
from broker.settings.eherkenning_section import EherkenningConnectionSection, EherkenningServiceEntry
from broker.wiring.faults import collect, gather
from broker.wiring.key_rollovers import KeyFiles, rolling_key, rolling_tls
from broker.wiring.patience import patience_of
from broker.wiring.provider_metadata import metadata_of
from broker.wiring.published_metadata import PublishedMetadata


@dataclass(frozen=True, slots=True)
class EherkenningReady:
    """A brand's connection with its TLS contexts: everything a login needs is in memory.

    `provider_name` is the name of its file under `providers/`. `logout` is there where people are offered
    to log out at eHerkenning too.
    """

    connection: EherkenningConnection
    contexts: Rollover[ssl.SSLContext]
    metadata: PublishedMetadata
    provider_name: str
    logout: EherkenningLogout | None = None

    @property
    def sso_url(self) -> str:
        """Where the browser goes."""
        return self.connection.sso_url

    @property
    def resolution_url(self) -> str:
        """Where the back channel goes."""
        return self.connection.idp.artifact_resolution_url

    def can_vouch(self, now: datetime) -> bool:
        """Whether an answer of the herkenningsmakelaar could be believed."""
        return self.connection.idp.can_vouch(now)

    def provider(self, used: UsedMessages) -> EherkenningProvider:
        """The provider, with a channel of its own."""
        return eherkenning_provider(self.connection, self.contexts, used)


def eherkenning_connections(settings: Settings, faults: list[str]) -> dict[str, EherkenningReady]:
    """The connection of each brand that has eHerkenning; those with a fault are told in `faults` instead."""
    ready = {}
    for name, brand in settings.brands.items():
        if brand.eherkenning is not None:
            load = partial(_connect, settings, name, brand.eherkenning)
            found = gather(faults, load)
            if found is not None:
                ready[name] = found
    return ready


def eherkenning_metadata(settings: Settings, brand: str, *, now: datetime) -> bytes:
    """A brand's signed metadata as dienstverlener; `ConfigurationError` when it has no eHerkenning."""
    section = _section(settings, brand)
    return _metadata(settings, brand, _keys(settings, section), now)


def service_catalogue(settings: Settings, brand: str, *, now: datetime) -> bytes:
    """A brand's part of the service catalogue, signed; `ConfigurationError` when it has no eHerkenning."""
    section = _section(settings, brand)
    keys = _keys(settings, section)
    idp = metadata_of(settings, section.provider)()
    entry = CatalogueEntry(
        oin=section.oin,
        organisation=settings.brands[brand].name,
        broker_oin=_oin_of(idp.entity_id),
        is_test=section.is_test,
        encryption=_certificates(keys.encryption, now),
        services=tuple(_in_catalogue(service) for service in section.services),
    )
    return signed_service_catalogue(entry, keys.signing.at(now), now=now)


def acs_url(settings: Settings, brand: str) -> str:
    """Where the browser brings the answer, by either binding."""
    return f"{settings.broker.issuer}/saml/{brand}/eherkenning/acs"


def logout_url(settings: Settings, brand: str) -> str:
    """Where the browser brings what comes of a logout."""
    return f"{settings.broker.issuer}/saml/{brand}/eherkenning/logout"


def _section(settings: Settings, brand: str) -> EherkenningConnectionSection:
    section = settings.brands[brand].eherkenning if brand in settings.brands else None
    if section is None:
        raise ConfigurationError((f"brands/{brand}.toml: there is no such brand, or it has no eHerkenning",))
    return section


def _metadata(settings: Settings, brand: str, keys: _Keys, now: datetime) -> bytes:
    section = _section(settings, brand)
    described = DienstverlenerDescription(
        entity_id=section.entity_id,
        acs_url=acs_url(settings, brand),
        signing=_certificates(keys.signing, now),
        encryption=_certificates(keys.encryption, now),
        services=tuple(
            ToldService(service.index, service.service_id, service.name_nl, service.name_en)
            for service in section.services
        ),
        logout_url=logout_url(settings, brand) if section.upstream_logout == "answered" else None,
    )
    return signed_dv_metadata(described, keys.signing.at(now))


@dataclass(frozen=True, slots=True)
class _Keys:
    signing: Rollover[SigningKey]
    encryption: Rollover[SigningKey]


def _keys(settings: Settings, section: EherkenningConnectionSection) -> _Keys:
    faults: list[str] = []
    signing = KeyFiles(
        section.signing_key_file,
        section.signing_certificate_file,
        section.next_signing,
        "next_signing",
    )
    encryption = KeyFiles(
        section.encryption_key_file,
        section.encryption_certificate_file,
        section.next_encryption,
        "next_encryption",
    )
    loaded = [gather(faults, partial(rolling_key, settings, files)) for files in (signing, encryption)]
    if loaded[0] is None or loaded[1] is None:
        raise ConfigurationError(tuple(faults))
    return _Keys(loaded[0], loaded[1])


def _certificates(rolling: Rollover[SigningKey], now: datetime) -> tuple[x509.Certificate, ...]:
    return tuple(key.certificate for key in rolling.all_at(now))


def _decryption_keys(encryption: Rollover[SigningKey]) -> tuple[DecryptionKey, ...]:
    """Both at any moment: others go over to the next key when they have taken it in."""
    keys = (encryption.current, *((encryption.upcoming.value,) if encryption.upcoming else ()))
    return tuple(DecryptionKey(key.private_key, key.long_key_name) for key in keys)


def _connect(settings: Settings, name: str, section: EherkenningConnectionSection) -> EherkenningReady:
    upstream, faults = settings.providers[section.provider], list[str]()
    metadata = gather(faults, lambda: metadata_of(settings, section.provider))
    keys = collect(faults, f"brands/{name}.toml: eherkenning", lambda: _keys(settings, section))
    contexts = collect(faults, f"providers/{section.provider}.toml", lambda: rolling_tls(settings, upstream))
    if metadata is None or keys is None or contexts is None:
        raise ConfigurationError(tuple(faults))
    connection = EherkenningConnection(
        brand=name,
        entity_id=section.entity_id,
        acs_url=acs_url(settings, name),
        metadata=metadata,
        signing=keys.signing,
        decryption_keys=_decryption_keys(keys.encryption),
        services=tuple(_service(entry) for entry in section.services),
        provider_name=settings.brands[name].name,
        request_binding=RequestBinding(section.request_binding),
        answer_binding=AnswerBinding(section.answer_binding),
        patience=patience_of(upstream),
    )
    write = partial(_metadata, settings, name, keys)
    published = PublishedMetadata(write, keys.signing, keys.encryption)
    logout = None
    if section.upstream_logout != "off":
        logout = EherkenningLogout(connection, logout_url=logout_url(settings, name))
    return EherkenningReady(connection, contexts, published, section.provider, logout)


def _service(entry: EherkenningServiceEntry) -> Service:
    return Service(
        index=entry.index,
        uuid=entry.uuid,
        service_id=entry.service_id,
        level=_level(entry),
        name_nl=entry.name_nl,
        name_en=entry.name_en,
        entity_types=tuple(frozenset(map(EntityType, kinds)) for kinds in entry.entity_types),
    )


def _in_catalogue(entry: EherkenningServiceEntry) -> CatalogueService:
    return CatalogueService(
        uuid=entry.uuid,
        service_id=entry.service_id,
        class_ref=class_ref_of(_level(entry)),
        names=(("nl", entry.name_nl), ("en", entry.name_en)),
        descriptions=(("nl", entry.description_nl), ("en", entry.description_en)),
        entity_types=tuple(
            tuple(QUALIFIER_OF[EntityType(kind)] for kind in kinds) for kinds in entry.entity_types
        ),
        restrictions=(BRANCH_RESTRICTION,) if entry.branches else (),
        attributes=_company_name(entry),
    )


def _company_name(entry: EherkenningServiceEntry) -> tuple[RequestedAttribute, ...]:
    """The organisation's name, where it is said what for (GDPR, data minimisation)."""
    dutch, english = entry.company_name_purpose_nl, entry.company_name_purpose_en
    if dutch is None or english is None:
        return ()
    return (RequestedAttribute(COMPANY_NAME, (("nl", dutch), ("en", english))),)


def _level(entry: EherkenningServiceEntry) -> EherkenningLevel:
    return EherkenningLevel[entry.level.upper()]


def _oin_of(entity_id: str) -> str:
    """The OIN in ``urn:etoegang:HM:<OIN>:entities:<index>``; a herkenningsmakelaar always has such a name."""
    parts = entity_id.split(":")
    if len(parts) < 4 or parts[:3] != ["urn", "etoegang", "HM"]:  # noqa: PLR2004 - the parts before the OIN and it.
        raise ConfigurationError(("the provider's metadata is not that of a herkenningsmakelaar",))
    return parts[3]
