"""Debian's Apache with mod_auth_openidc, run by nobody in particular in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.plan import BROKER_URL
from tests.interop.portals import Portal
from tests.interop.processes import HERE, wait_until_it_answers

# Debian keeps servers out of an ordinary user's PATH.
_APACHE = shutil.which("apache2", path=os.defpath + ":/usr/sbin:/sbin")
_MODULES = Path("/usr/lib/apache2/modules")
_NOBODY = "nobody"


@dataclass(frozen=True)
class Apache:
    """A running server."""

    folder: Path

    def errors(self) -> str:
        """What it wrote down."""
        return (self.folder / "error.log").read_text(encoding="utf-8")


@contextmanager
def apache(portal: Portal, *, secret: str | None = None) -> Iterator[Apache]:
    """Serve one page behind the module; `secret` replaces the registered one."""
    if _APACHE is None or not (_MODULES / "mod_auth_openidc.so").exists():
        pytest.fail("Apache or its module is missing; run: scripts/interop-prerequisites")
    # Not below pytest's own folder, which is closed to the user that the server runs as.
    with tempfile.TemporaryDirectory(prefix="interop-apache-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for file in ("httpd.conf", "openidc.conf"):
            shutil.copy(HERE / "mod_auth_openidc" / file, folder)
        (folder / "site").mkdir()
        for file, words in (("index", "Only for who is logged in"), ("goodbye", "Until next time")):
            (folder / f"site/{file}.html").write_text(f"<h1>{words}</h1>", encoding="utf-8")
        process = _start(folder, portal, secret or portal.secret)
        try:
            wait_until_it_answers(portal.port, process, folder / "start.log")
            yield Apache(folder)
        finally:
            process.terminate()
            process.wait(30)


def _start(folder: Path, portal: Portal, secret: str) -> subprocess.Popen[bytes]:
    defined = {
        "FOLDER": str(folder),
        "MODULES": str(_MODULES),
        "PORT": str(portal.port),
        "ISSUER": BROKER_URL,
        "PORTAL": portal.origin,
    }
    words = [str(_APACHE), "-D", "FOREGROUND", "-f", str(folder / "httpd.conf")]
    for key, value in defined.items():
        words += ["-C", f"Define {key} {value}"]
    as_root = os.getuid() == 0
    if as_root:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, _NOBODY)
    with (folder / "start.log").open("wb") as output:
        return subprocess.Popen(
            words,
            env={"PATH": os.defpath, "SECRET": secret, "PASSPHRASE": portal.secret},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=_NOBODY if as_root else None,
            extra_groups=[] if as_root else None,
        )
