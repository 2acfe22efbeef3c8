"""Codes of an authenticator app: time-based one-time passwords (RFC 6238), as every app makes them.

HMAC-SHA-1, six digits, steps of 30 seconds: what apps can do without being told. One step each way is
accepted for clocks that differ (RFC 6238 5.2), and no more, ever.
"""

from __future__ import annotations

import base64
import io
import re
import secrets
from datetime import datetime
from hmac import compare_digest
from typing import Final

import pyotp
import segno

SECRET_BYTES: Final = 20
"""160 bits, as long as the output of the hash (RFC 4226 section 4, R6)."""

STEP_SECONDS: Final = 30
DIGITS: Final = 6
_WINDOW: Final = (0, -1, 1)
_SPACING: Final = re.compile(r"[\s-]+")
_FORM: Final = re.compile(rf"[0-9]{{{DIGITS}}}")
_GROUP: Final = 4


def new_secret() -> bytes:
    """A key for one app of one account."""
    return secrets.token_bytes(SECRET_BYTES)


def secret_text(secret: bytes) -> str:
    """The key as people can type it: base32 in groups of four."""
    text = _base32(secret)
    return " ".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def step_at(now: datetime) -> int:
    """The number of the time step (RFC 6238 4.2, T0 = 0)."""
    return int(now.timestamp()) // STEP_SECONDS


def matching_step(secret: bytes, typed: str, now: datetime) -> int | None:
    """The step of which `typed` is the code, within the window; None when it is of none.

    Every step of the window is compared, whichever of them is right, so that all guesses cost the same.
    """
    digits = plain_code(typed)
    maker, present, found = pyotp.TOTP(_base32(secret)), step_at(now), None
    for shift in _WINDOW:
        step = present + shift
        # Bytes: what was typed may be anything, and only ASCII may be compared as text.
        is_equal = compare_digest(
            maker.generate_otp(max(step, 0)).encode(), digits.encode("utf-8", "replace")
        )
        if is_equal and found is None:
            found = step
    return found


def plain_code(typed: str) -> str:
    """What was typed, without the spaces and hyphens that people put in."""
    return _SPACING.sub("", typed)


def looks_like_code(typed: str) -> bool:
    """Whether what was typed has the form of a code: six digits, as those that go to telephones have."""
    return _FORM.fullmatch(plain_code(typed)) is not None


def otpauth_uri(secret: bytes, *, account_name: str, issuer: str) -> str:
    """The address that apps read from a QR code (the de facto Key URI Format).

    A colon would end the issuer within the label, so it becomes a space.
    """
    issuer = issuer.replace(":", " ")
    return pyotp.TOTP(_base32(secret)).provisioning_uri(name=account_name, issuer_name=issuer)


def qr_svg(uri: str) -> str:
    """The address as QR code: an SVG element to stand in a page, without styles (our CSP refuses them).

    Black on white with its quiet zone, also where the page is dark: cameras need that.
    """
    out = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=True,
        svgclass=None,
        lineclass=None,
        omitsize=True,
        nl=False,
        dark="#000",
        light="#fff",
    )
    return out.getvalue().decode("ascii")


def _base32(secret: bytes) -> str:
    # Twenty bytes are 32 characters, without padding.
    return base64.b32encode(secret).decode("ascii")
