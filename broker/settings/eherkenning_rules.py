"""Rules for eHerkenning that span more than one key or file: one function a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from broker.domain.assurance import Assurance, Scheme
from broker.settings.broker_file import Environment
from broker.settings.eherkenning_section import FIRST_TEST_INDEX, EherkenningConnectionSection

if TYPE_CHECKING:
    from broker.settings.load import Settings


def _connections(settings: Settings) -> Iterator[tuple[str, EherkenningConnectionSection]]:
    for name, brand in settings.brands.items():
        if brand.eherkenning is not None:
            yield f"brands/{name}.toml: eherkenning", brand.eherkenning


def _connections_name_known_providers(settings: Settings) -> Iterator[str]:
    for where, connection in _connections(settings):
        upstream = settings.providers.get(connection.provider)
        if f"providers/{connection.provider}.toml" in settings.unread:
            continue
        if upstream is None:
            yield f"{where}.provider: there is no providers/{connection.provider}.toml"
        elif upstream.scheme != Scheme.EHERKENNING.value:
            yield f"{where}.provider: providers/{connection.provider}.toml is of scheme {upstream.scheme}"


def _entity_ids_differ(settings: Settings) -> Iterator[str]:
    seen: dict[str, str] = {}
    for where, connection in _connections(settings):
        if other := seen.get(connection.entity_id):
            yield f"{where}.entity_id: {other} has the same one"
        seen[connection.entity_id] = where


def _services_differ(settings: Settings) -> Iterator[str]:
    for where, connection in _connections(settings):
        for key in ("index", "level", "uuid", "service_id"):
            values = [getattr(service, key) for service in connection.services]
            if len(set(values)) < len(values):
                yield f"{where}.services: two of them have the same {key}"
        yield from (
            f"{where}.services: {service.service_id} is not of the OIN of entity_id"
            for service in connection.services
            if service.service_id.split(":")[3] != connection.oin
        )


def _purposes_come_in_both_languages(settings: Settings) -> Iterator[str]:
    for where, connection in _connections(settings):
        for service in connection.services:
            if (service.company_name_purpose_nl is None) is not (service.company_name_purpose_en is None):
                yield f"{where}.services: {service.service_id}: company_name_purpose is in one language only"


def _portals_get_their_level(settings: Settings) -> Iterator[str]:
    for name, portal in settings.portals.items():
        brand = settings.brands.get(portal.brand)
        if Scheme.EHERKENNING not in portal.login.schemes or brand is None:
            continue
        if brand.eherkenning is None:
            yield f"portals/{name}.toml: login.providers: brand {portal.brand} has no eHerkenning connection"
            continue
        required = portal.login.minimum_level.of(Scheme.EHERKENNING)
        reached = [Assurance.of("eherkenning", service.level) for service in brand.eherkenning.services]
        if not any(level.meets(required) for level in reached):
            key = "login.minimum_level.eherkenning"
            yield f"portals/{name}.toml: {key}: brand {portal.brand} has no service of this level"


def _portals_understand_representation(settings: Settings) -> Iterator[str]:
    for name, portal in settings.portals.items():
        where = f"portals/{name}.toml"
        if Scheme.EHERKENNING in portal.login.schemes and not portal.login.representation:
            yield (
                f"{where}: login.representation: who comes by eHerkenning acts for an organisation; "
                "say true when the portal understands `represents`"
            )
        told = {"represents", "sub_id_type"}.issubset(portal.claims.allow)
        if portal.login.representation and not told:
            yield f"{where}: claims.allow: representation needs represents and sub_id_type"


def _production_is_no_test_network(settings: Settings) -> Iterator[str]:
    if settings.broker.environment is not Environment.PRODUCTION:
        return
    for where, connection in _connections(settings):
        if connection.is_test:
            yield f"{where}.entity_id: an index of {FIRST_TEST_INDEX} and above is of the test network"


EHERKENNING_RULES: Final[tuple[Callable[[Settings], Iterator[str]], ...]] = (
    _connections_name_known_providers,
    _entity_ids_differ,
    _services_differ,
    _purposes_come_in_both_languages,
    _portals_get_their_level,
    _portals_understand_representation,
    _production_is_no_test_network,
)
