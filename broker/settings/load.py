"""Reads a configuration directory and tells all its faults at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from broker.errors import ConfigurationError
from broker.settings import overrides, rules
from broker.settings.brand_file import Brand
from broker.settings.broker_file import BrokerFile
from broker.settings.model import Section
from broker.settings.portal_file import Portal
from broker.settings.provider_file import ProviderFile

_S = TypeVar("_S", bound=Section)


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole configuration that keeps its own rules. Brands, portals and providers by file name."""

    directory: Path
    broker: BrokerFile
    brands: Mapping[str, Brand]
    portals: Mapping[str, Portal]
    providers: Mapping[str, ProviderFile]

    def path(self, configured: Path) -> Path:
        """The place of a configured file: relative ones stand from the configuration directory."""
        return (self.directory / configured).resolve()


def load_settings(directory: Path, environment: Mapping[str, str]) -> Settings:
    """Read `directory`, apply the `BROKER_…` variables of `environment`, and judge the whole.

    Raises `ConfigurationError` with every fault found, each naming its file and key.
    """
    faults: list[str] = []
    broker_table = overrides.apply(_read(directory, "broker.toml", faults), environment, faults)
    broker = _parse(BrokerFile, broker_table, "broker.toml", faults)
    brands = _parse_folder(Brand, directory, "brands", faults)
    portals = _parse_folder(Portal, directory, "portals", faults)
    providers = _parse_folder(ProviderFile, directory, "providers", faults)
    if broker is None:
        raise ConfigurationError(tuple(faults))
    settings = Settings(directory.resolve(), broker, brands, portals, providers)
    faults.extend(rules.faults_in(settings))
    if faults:
        raise ConfigurationError(tuple(faults))
    return settings


def _read(directory: Path, name: str, faults: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads((directory / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        faults.append(f"{name}: the file does not exist in {directory}")
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{name}: cannot be read ({type(error).__name__})")
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{name}: is not TOML: {error}")
    return {}


def _parse(kind: type[_S], table: dict[str, Any], name: str, faults: list[str]) -> _S | None:
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            key = ".".join(str(part) for part in fault["loc"])
            faults.append(f"{name}: {key}: {_sentence(fault['type'], fault['msg'])}")
        return None


def _sentence(kind: str, message: str) -> str:
    known = {"extra_forbidden": "unknown key", "missing": "is missing"}
    return known.get(kind, message.removeprefix("Value error, "))


def _parse_folder(kind: type[_S], directory: Path, folder: str, faults: list[str]) -> dict[str, _S]:
    found: dict[str, _S] = {}
    for path in sorted((directory / folder).glob("*.toml")):
        name = f"{folder}/{path.name}"
        table = _read(directory, name, faults)
        if not rules.is_identifier(path.stem):
            faults.append(f"{name}: the file name must be lower-case letters, digits and hyphens")
        parsed = _parse(kind, table, name, faults) if table else None
        if parsed is not None:
            found[path.stem] = parsed
    return found
