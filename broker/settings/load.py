"""Reads a configuration directory and tells all its faults at once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from broker.errors import ConfigurationError
from broker.settings import overrides, rules
from broker.settings.brand_file import Brand
from broker.settings.broker_file import BrokerFile
from broker.settings.model import Section, is_identifier
from broker.settings.portal_file import Portal
from broker.settings.provider_file import ProviderFile

_S = TypeVar("_S", bound=Section)
_Key = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole configuration that keeps its own rules. Brands, portals and providers by file name."""

    directory: Path
    broker: BrokerFile
    brands: Mapping[str, Brand]
    portals: Mapping[str, Portal]
    providers: Mapping[str, ProviderFile]
    unread: frozenset[str] = frozenset()
    """Files that are there and have faults of their own, while the rest is judged: `brands/cz.toml`."""

    def path(self, configured: Path) -> Path:
        """The place of a configured file: relative ones stand from the configuration directory."""
        return (self.directory / configured).resolve()


def load_settings(directory: Path, environment: Mapping[str, str]) -> Settings:
    """Read `directory`, apply the `BROKER_…` variables of `environment`, and judge the whole.

    Raises `ConfigurationError` with every fault found, each naming its file and key.
    """
    if not directory.is_dir():
        raise ConfigurationError((f"{directory}: there is no such directory; --config names it",))
    faults: list[str] = []
    unread: set[str] = set()
    broker = _parse_broker(directory, environment, faults)
    brands = _parse_folder(Brand, directory, "brands", faults, unread)
    portals = _parse_folder(Portal, directory, "portals", faults, unread)
    providers = _parse_folder(ProviderFile, directory, "providers", faults, unread)
    if broker is None:
        raise ConfigurationError(tuple(faults))
    settings = Settings(directory.resolve(), broker, brands, portals, providers, frozenset(unread))
    faults.extend(rules.faults_in(settings))
    if faults:
        raise ConfigurationError(tuple(faults))
    return settings


def _parse_broker(directory: Path, environment: Mapping[str, str], faults: list[str]) -> BrokerFile | None:
    """A key that a variable set is told by the name of the variable."""
    written = _read(directory, "broker.toml", faults)
    table = overrides.apply(written or {}, environment, faults)
    if written is None:
        return None

    def source(key: _Key) -> str:
        variable = overrides.variable_of(key, written, environment)
        return f"environment variable {variable}" if variable else "broker.toml"

    return _parse(BrokerFile, table, source, faults)


def _read(directory: Path, name: str, faults: list[str]) -> dict[str, Any] | None:
    try:
        return tomllib.loads((directory / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        faults.append(f"{name}: the file does not exist in {directory}")
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{name}: cannot be read ({type(error).__name__})")
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{name}: is not TOML: {error}")
    return None


def _parse(
    kind: type[_S], table: dict[str, Any], source: Callable[[_Key], str], faults: list[str]
) -> _S | None:
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        for fault in found:
            loc = fault["loc"]
            # A list is also told to be too short when what stands in it has a fault.
            if fault["type"] == "too_short" and any(_is_within(loc, other["loc"]) for other in found):
                continue
            key = ".".join(str(part) for part in loc)
            faults.append(f"{source(loc)}: {key}: {_sentence(fault['type'], fault['msg'])}")
        return None


def _is_within(outer: _Key, inner: _Key) -> bool:
    return len(outer) < len(inner) and inner[: len(outer)] == outer


def _sentence(kind: str, message: str) -> str:
    known = {"extra_forbidden": "unknown key", "missing": "is missing"}
    return known.get(kind, message.removeprefix("Value error, "))


def _parse_folder(
    kind: type[_S], directory: Path, folder: str, faults: list[str], unread: set[str]
) -> dict[str, _S]:
    found: dict[str, _S] = {}
    for path in sorted((directory / folder).glob("*.toml")):
        name = f"{folder}/{path.name}"
        table = _read(directory, name, faults)
        if not is_identifier(path.stem):
            faults.append(f"{name}: the file name must be lower-case letters, digits and hyphens")
        parsed = None if table is None else _parse(kind, table, partial(_always, name), faults)
        if parsed is None:
            unread.add(name)
        else:
            found[path.stem] = parsed
    return found


def _always(name: str, _key: _Key) -> str:
    return name
