"""An artifact has one form, one spelling and one holder."""

from __future__ import annotations

import base64

import pytest

from broker.providers.saml.artifact import check_artifact, source_id
from broker.providers.saml.refusal import GateRefused

IDP = "https://was.digid.sim.example/saml/idp/metadata"


def made(
    *, kind: bytes = b"\x00\x04", index: bytes = b"\x00\x00", holder: str = IDP, handle: int = 20
) -> str:
    """An artifact by its parts."""
    return base64.b64encode(kind + index + source_id(holder) + b"h" * handle).decode()


ENDPOINTS = {0: "https://was.example/resolve", 1: "https://was.example/other"}


@pytest.mark.parametrize("index", sorted(ENDPOINTS))
def test_artifact_of_the_asked_party_tells_where_to_resolve_it(index: int) -> None:
    """Its index chooses among the endpoints of the metadata."""
    artifact = made(index=index.to_bytes(2, "big"))
    assert check_artifact(artifact, IDP, ENDPOINTS) == ENDPOINTS[index]


@pytest.mark.parametrize(
    ("artifact", "code"),
    [
        ("", "artifact.form"),
        (made(handle=19), "artifact.form"),
        (made(handle=21), "artifact.form"),
        (made(handle=22), "artifact.form"),
        (made() + "=", "artifact.form"),
        (made() + "\n", "artifact.form"),
        (" " + made()[1:], "artifact.form"),
        ("%" + made()[1:], "artifact.form"),
        (made().replace("=", "A"), "artifact.form"),
        (made()[:-2] + chr(ord(made()[-2]) + 1) + "=", "artifact.form"),
        (made()[:-1] + "\uff1d", "artifact.form"),
        (made(kind=b"\x00\x01"), "artifact.type"),
        (made(kind=b"\x04\x00"), "artifact.type"),
        (made(index=b"\x00\x02"), "artifact.index"),
        (made(index=b"\x01\x00"), "artifact.index"),
        (made(holder="https://evil.example"), "artifact.source"),
        (made(holder=IDP + "/"), "artifact.source"),
    ],
)
def test_artifact_of_another_kind_is_refused(artifact: str, code: str) -> None:
    """Length, alphabet, spelling, type, index and source each have their refusal."""
    with pytest.raises(GateRefused) as refused:
        check_artifact(artifact, IDP, ENDPOINTS)
    assert refused.value.reason_code == code
