"""The scripts that make a step on one record atomic: each a file in `lua/`, read once per process."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources


@dataclass(frozen=True)
class LuaScript:
    """A script by its name, with the SHA-1 under which Redis remembers it."""

    name: str
    text: str = field(repr=False)

    @cached_property
    def sha1(self) -> str:
        """The name that EVALSHA uses; no security rests on it."""
        return hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


def load_script(name: str) -> LuaScript:
    """Reads `lua/<name>.lua`."""
    folder = resources.files("broker.storage") / "lua"
    return LuaScript(name, (folder / f"{name}.lua").read_text("utf-8"))
