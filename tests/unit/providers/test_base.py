"""A request that was sent away survives its time in the store unchanged, or is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from broker.domain.assurance import Assurance, DigidLevel, Scheme
from broker.providers.base import (
    ArtifactAnswer,
    SentRequest,
    UnreadableSentRequest,
    decode_sent_request,
    encode_sent_request,
)

SENT = SentRequest(
    provider="digid",
    brand="cz",
    request_id="_22",
    required=Assurance(Scheme.DIGID, DigidLevel.SUBSTANTIEEL),
    sent_at=datetime(2026, 3, 4, 9, 15, 0, 123456, tzinfo=UTC),
    entity_id="https://was.digid.sim.example/saml/idp/metadata",
)


def test_sent_request_comes_back_as_it_was() -> None:
    """Encoding and decoding loses nothing."""
    assert decode_sent_request(encode_sent_request(SENT)) == SENT


@pytest.mark.parametrize(
    "bend",
    [
        {"v": 1},
        {"level": 21},
        {"scheme": "other"},
        {"sent_at": "2026-03-04T09:15:00"},
        {"sent_at": 5},
        {"request_id": ""},
        {"brand": None},
    ],
)
def test_decode_refuses_a_bent_form(bend: dict[str, object]) -> None:
    """Another version, level, scheme, a naive time or an empty name is no stored request."""
    form = json.loads(encode_sent_request(SENT)) | bend
    with pytest.raises(UnreadableSentRequest):
        decode_sent_request(json.dumps(form).encode())


@pytest.mark.parametrize("stored", [b"", b"{}", b"[]", b"\xff", b"null", b'"x"'])
def test_decode_refuses_noise(stored: bytes) -> None:
    """Anything else gives the one clear error."""
    with pytest.raises(UnreadableSentRequest):
        decode_sent_request(stored)


def test_artifact_does_not_show_itself() -> None:
    """An artifact is a credential until it is used, so it stays out of reprs."""
    assert "AAQAA" not in repr(ArtifactAnswer("AAQAA"))
