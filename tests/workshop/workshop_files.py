"""Where the files of this repository are, for the tests about them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_LEFT_BY_TOOLS = frozenset(
    {".git", ".venv", "var", "build", "dist", "__pycache__", "htmlcov", "node_modules", ".hypothesis"}
)


def project_files() -> list[Path]:
    """Every file that is in the repository or would be if it were added now."""
    listed = _git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listed is not None:
        return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [
            n for n in folders if n not in _LEFT_BY_TOOLS and not n.endswith(("_cache", ".egg-info"))
        ]
        found += [Path(folder) / name for name in names]
    return found


def shell_scripts() -> list[Path]:
    """Every project file whose first line names a shell."""
    return [
        path
        for path in project_files()
        if path.read_bytes()[:64].startswith((b"#!/usr/bin/env bash", b"#!/bin/sh"))
    ]


def run(*command: str | Path, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program in the root of the tree, apart from the make that may have started the tests."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    if path is not None:
        environment["PATH"] = path
    return subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def _git(*arguments: str) -> str | None:
    if not (ROOT / ".git").exists():
        return None
    try:
        answer = run("git", "-c", f"safe.directory={ROOT}", *arguments)
    except FileNotFoundError:
        return None
    return answer.stdout if answer.returncode == 0 else None
