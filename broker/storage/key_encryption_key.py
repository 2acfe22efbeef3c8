"""The key-encryption key: the one secret that is not in the database and opens everything that is.

It comes from a file or from the environment, as the base64 of 32 random bytes, and must not be in
the same backup as the database.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import stat
from pathlib import Path

from broker.errors import ConfigurationError
from broker.storage.sealing import KEY_ID_BYTES, DataKey
from broker.storage.xaes import KEY_BYTES

# The owner may read and write, the group may read (Kubernetes mounts secrets that way), others nothing.
_FORBIDDEN_MODE = stat.S_IWGRP | stat.S_IXGRP | stat.S_IRWXO

_HOW_TO_MAKE = "make one with: umask 077; head -c 32 /dev/urandom | base64 > FILE"


def key_encryption_key_from_text(text: str, *, where: str) -> DataKey:
    """Reads the base64 of 32 bytes; `where` names the setting in the fault.

    Raises `ConfigurationError`, which never repeats the text.
    """
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise ConfigurationError((f"{where}: is not base64; {_HOW_TO_MAKE}",)) from None
    if len(secret) != KEY_BYTES:
        raise ConfigurationError((f"{where}: holds {len(secret)} bytes, not {KEY_BYTES}; {_HOW_TO_MAKE}",))
    digest = hashlib.sha256(b"voordeur key-encryption key id" + secret).digest()
    return DataKey(digest[:KEY_ID_BYTES].hex(), secret)


def read_key_encryption_key(path: Path, *, strict: bool) -> DataKey:
    """Reads the key file; `strict` (everywhere but in the demo) refuses a file that others may read.

    Raises `ConfigurationError` when it is missing, readable for others, or not a key.
    """
    try:
        with path.open("r", encoding="ascii", errors="replace") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(1024)
    except OSError as error:
        fault = f"{path}: the key file cannot be read ({error.strerror}); {_HOW_TO_MAKE}"
        raise ConfigurationError((fault,)) from None
    if strict and (open_to_others := mode_fault(path, mode)):
        raise ConfigurationError((open_to_others,))
    return key_encryption_key_from_text(text, where=str(path))


def mode_fault(path: Path, mode: int) -> str | None:
    """Why a file of that mode may hold no key, of whatever kind; None when it may."""
    if os.name != "posix" or not mode & _FORBIDDEN_MODE:
        return None
    return f"{path}: has mode {stat.S_IMODE(mode):04o}, so others may reach the key; run: chmod 600 {path}"


def create_key_file_if_absent(path: Path) -> None:
    """Makes a key file of mode 0600 where there is none: for the first start of a demo only.

    Starters that race agree, because a file is put in place whole and only where none is.
    """
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # Another starter was first; its key is the key.
    finally:
        draft.unlink(missing_ok=True)
