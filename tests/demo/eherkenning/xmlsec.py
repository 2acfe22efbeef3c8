"""The xmlsec1 program, as another opinion."""

from __future__ import annotations

import subprocess


def run_xmlsec1(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    """Runs it; where it has to succeed, its complaint becomes the failure of the test."""
    done = subprocess.run(["/usr/bin/xmlsec1", *arguments], capture_output=True, check=False)
    assert not check or done.returncode == 0, done.stderr.decode(errors="replace")
    return done
