"""Brands' eHerkenning connections: keys, services and metadata loaded once, faults collected."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from broker.domain.assurance import EherkenningLevel
from broker.errors import ConfigurationError
from broker.providers.answers.claiming import UsedMessages
from broker.providers.eherkenning.connection import AnswerBinding, EherkenningConnection, RequestBinding
from broker.providers.eherkenning.levels import class_ref_of
from broker.providers.eherkenning.provider import EherkenningProvider, eherkenning_provider
from broker.providers.eherkenning.service import BRANCH_RESTRICTION, QUALIFIER_OF, EntityType, Service
from broker.providers.saml.decrypt import DecryptionKey
from broker.providers.saml.dv_metadata import DienstverlenerDescription, ToldService, signed_dv_metadata
from broker.providers.saml.keys import SigningKey, load_signing_key
from broker.providers.saml.service_catalogue import (
    CatalogueEntry,
    CatalogueService,
    signed_service_catalogue,
)
from broker.settings import Settings
from broker.settings.eherkenning_section import EherkenningConnectionSection, EherkenningServiceEntry
from broker.wiring.back_channels import collect, identity_provider_of, patience_of, tls_of

_FIRST_TEST_INDEX = 9000


@dataclass(frozen=True, slots=True)
class EherkenningReady:
    """A brand's connection with its TLS context: everything a login needs is in memory.

    `provider_name` is the name of its file under `providers/`.
    """

    connection: EherkenningConnection
    context: ssl.SSLContext
    provider_name: str

    @property
    def sso_url(self) -> str:
        """Where the browser goes."""
        return self.connection.sso_url

    @property
    def resolution_url(self) -> str:
        """Where the back channel goes."""
        return self.connection.idp.artifact_resolution_url

    def provider(self, used: UsedMessages) -> EherkenningProvider:
        """The provider, with a channel of its own."""
        return eherkenning_provider(self.connection, self.context, used)


def eherkenning_connections(settings: Settings, faults: list[str]) -> dict[str, EherkenningReady]:
    """The connection of each brand that has eHerkenning; those with a fault are told in `faults` instead."""
    ready = {}
    for name, brand in settings.brands.items():
        if brand.eherkenning is not None:
            load = partial(_connect, settings, name, brand.eherkenning)
            found = collect(faults, f"brands/{name}.toml", load)
            if found is not None:
                ready[name] = found
    return ready


def eherkenning_metadata(settings: Settings, brand: str) -> bytes:
    """A brand's signed metadata as dienstverlener; `ConfigurationError` when it has no eHerkenning."""
    section = _section(settings, brand)
    key = _signing_key(settings, section)
    described = DienstverlenerDescription(
        entity_id=section.entity_id,
        acs_url=acs_url(settings, brand),
        signing=(key.certificate,),
        encryption=(_encryption_key(settings, section).certificate,),
        services=tuple(
            ToldService(service.index, service.service_id, service.name_nl, service.name_en)
            for service in section.services
        ),
    )
    return signed_dv_metadata(described, key)


def service_catalogue(settings: Settings, brand: str, *, now: datetime) -> bytes:
    """A brand's part of the service catalogue, signed; `ConfigurationError` when it has no eHerkenning."""
    section = _section(settings, brand)
    idp = identity_provider_of(settings, settings.providers[section.provider], "eherkenning")
    entry = CatalogueEntry(
        oin=section.oin,
        organisation=settings.brands[brand].name,
        broker_oin=_oin_of(idp.entity_id),
        is_test=int(section.entity_id.rpartition(":")[2]) >= _FIRST_TEST_INDEX,
        encryption=(_encryption_key(settings, section).certificate,),
        services=tuple(_in_catalogue(service) for service in section.services),
    )
    return signed_service_catalogue(entry, _signing_key(settings, section), now=now)


def acs_url(settings: Settings, brand: str) -> str:
    """Where the browser brings the answer, by either binding."""
    return f"{settings.broker.issuer}/saml/{brand}/eherkenning/acs"


def _section(settings: Settings, brand: str) -> EherkenningConnectionSection:
    section = settings.brands[brand].eherkenning if brand in settings.brands else None
    if section is None:
        raise ConfigurationError((f"brands/{brand}.toml: there is no such brand, or it has no eHerkenning",))
    return section


def _signing_key(settings: Settings, section: EherkenningConnectionSection) -> SigningKey:
    return load_signing_key(
        settings.path(section.signing_key_file), settings.path(section.signing_certificate_file)
    )


def _encryption_key(settings: Settings, section: EherkenningConnectionSection) -> SigningKey:
    return load_signing_key(
        settings.path(section.encryption_key_file), settings.path(section.encryption_certificate_file)
    )


def _connect(settings: Settings, name: str, section: EherkenningConnectionSection) -> EherkenningReady:
    upstream = settings.providers[section.provider]
    encryption = _encryption_key(settings, section)
    connection = EherkenningConnection(
        brand=name,
        entity_id=section.entity_id,
        acs_url=acs_url(settings, name),
        idp=identity_provider_of(settings, upstream, "eherkenning"),
        signing_key=_signing_key(settings, section),
        decryption_keys=(DecryptionKey(encryption.private_key, encryption.long_key_name),),
        services=tuple(_service(entry) for entry in section.services),
        provider_name=settings.brands[name].name,
        request_binding=RequestBinding(section.request_binding),
        answer_binding=AnswerBinding(section.answer_binding),
        patience=patience_of(upstream),
    )
    return EherkenningReady(connection, tls_of(settings, upstream), section.provider)


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
    )


def _level(entry: EherkenningServiceEntry) -> EherkenningLevel:
    return EherkenningLevel[entry.level.upper()]


def _oin_of(entity_id: str) -> str:
    """The OIN in ``urn:etoegang:HM:<OIN>:entities:<index>``; a herkenningsmakelaar always has such a name."""
    parts = entity_id.split(":")
    if len(parts) < 4 or parts[:3] != ["urn", "etoegang", "HM"]:  # noqa: PLR2004 - the parts before the OIN and it.
        raise ConfigurationError(("the provider's metadata is not that of a herkenningsmakelaar",))
    return parts[3]
