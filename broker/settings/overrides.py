"""`BROKER_…` variables: `BROKER_STORAGE__REDIS_URL` sets `storage.redis_url` of broker.toml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PREFIX = "BROKER_"
# Read by the commands themselves, never part of the configuration.
NOT_SETTINGS = frozenset({"BROKER_CONFIG"})


def apply(table: dict[str, Any], environment: Mapping[str, str], faults: list[str]) -> dict[str, Any]:
    """A copy of `table` with the variables laid over it; two underscores separate section and key."""
    merged = {key: dict(value) if isinstance(value, dict) else value for key, value in table.items()}
    for variable in sorted(environment):
        if not variable.startswith(PREFIX) or variable in NOT_SETTINGS:
            continue
        *sections, key = variable.removeprefix(PREFIX).lower().split("__")
        if len(sections) > 1 or not key:
            faults.append(f"environment variable {variable}: names no key of broker.toml")
        elif not sections:
            merged[key] = environment[variable]
        elif isinstance(section := merged.setdefault(sections[0], {}), dict):
            section[key] = environment[variable]
        else:
            faults.append(f"environment variable {variable}: {sections[0]} is not a section")
    return merged


def variable_of(
    key: tuple[int | str, ...], written: Mapping[str, Any], environment: Mapping[str, str]
) -> str | None:
    """The variable that set `key`, or the whole section of that name; None when the file did."""
    for variable in sorted(environment):
        if not variable.startswith(PREFIX) or variable in NOT_SETTINGS:
            continue
        path = tuple(variable.removeprefix(PREFIX).lower().split("__"))
        if path == key[: len(path)] or (path[: len(key)] == key and key[0] not in written):
            return variable
    return None
