"""The key file: private, whole, and made once."""

from __future__ import annotations

import base64
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from broker.errors import ConfigurationError
from broker.storage.key_encryption_key import (
    create_key_file_if_absent,
    key_encryption_key_from_text,
    read_key_encryption_key,
)


def _key_file(folder: Path, mode: int, content: bytes | None = None) -> Path:
    file = folder / "kek"
    file.write_bytes(content if content is not None else base64.b64encode(secrets.token_bytes(32)) + b"\n")
    file.chmod(mode)
    return file


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o440, 0o640])
def test_private_key_file_is_read(tmp_path: Path, mode: int) -> None:
    """A file for the owner, or readable for the group, is accepted; its key has an id of its own."""
    file = _key_file(tmp_path, mode)
    key = read_key_encryption_key(file, strict=True)
    assert (key.secret, len(key.id)) == (base64.b64decode(file.read_bytes()), 16)


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o660, 0o602, 0o666, 0o777])
def test_key_file_for_others_is_refused(tmp_path: Path, mode: int) -> None:
    """A file that others may read or the group may write is refused, with the command that mends it."""
    with pytest.raises(ConfigurationError, match="chmod 600"):
        read_key_encryption_key(_key_file(tmp_path, mode), strict=True)


def test_key_file_for_others_is_accepted_in_the_demo(tmp_path: Path) -> None:
    """Where the key protects nothing real its mode is not looked at."""
    assert read_key_encryption_key(_key_file(tmp_path, 0o644), strict=False).id


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "0 bytes"),
        (b"not base64 at all!", "not base64"),
        (base64.b64encode(bytes(16)), "16 bytes"),
        (b"\xff\xfe" * 20, "not base64"),
    ],
)
def test_broken_key_file_is_refused(tmp_path: Path, content: bytes, fault: str) -> None:
    """What is no key is told so, with a command that makes one, and is not repeated."""
    with pytest.raises(ConfigurationError, match=fault) as refusal:
        read_key_encryption_key(_key_file(tmp_path, 0o600, content), strict=True)
    assert "head -c 32 /dev/urandom" in str(refusal.value)
    assert "at all" not in str(refusal.value)


def test_missing_key_file_is_refused(tmp_path: Path) -> None:
    """A missing file is a fault in the configuration, never a reason to make a new key."""
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_key_encryption_key(tmp_path / "none", strict=True)
    assert not list(tmp_path.iterdir())


def test_key_from_the_environment_is_the_same_key(tmp_path: Path) -> None:
    """It does not matter where the key comes from."""
    file = _key_file(tmp_path, 0o600)
    from_text = key_encryption_key_from_text(file.read_text(), where="BROKER_KEYS__KEY_ENCRYPTION_KEY")
    assert from_text == read_key_encryption_key(file, strict=True)


def test_made_key_file_is_private_and_stays(tmp_path: Path) -> None:
    """The file is made with mode 0600, in a folder made for it, and never made again."""
    file = tmp_path / "keys" / "kek"
    create_key_file_if_absent(file)
    first = read_key_encryption_key(file, strict=True)
    create_key_file_if_absent(file)
    assert read_key_encryption_key(file, strict=True) == first
    assert [path.name for path in file.parent.iterdir()] == ["kek"]


def test_starters_that_race_end_up_with_one_key_file(tmp_path: Path) -> None:
    """Every starter reads the same, whole key right after its own attempt to make one."""

    def start(number: int) -> str:
        file = tmp_path / f"{number // 16}" / "kek"
        create_key_file_if_absent(file)
        return f"{number // 16} {read_key_encryption_key(file, strict=True).id}"

    with ThreadPoolExecutor(16) as pool:
        seen = set(pool.map(start, range(160)))
    assert len(seen) == 10
