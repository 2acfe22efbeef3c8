"""Our metadata is one document until another key comes into use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from broker.providers.saml.rollover import Rollover, Upcoming
from broker.wiring.published_metadata import PublishedMetadata
from tests.support.saml.keys import pair

MOMENT = datetime(2027, 1, 15, 9, tzinfo=UTC)
LATER = MOMENT + timedelta(days=30)


def test_document_is_written_once_for_each_set_of_keys_in_use() -> None:
    """Whoever compares it with what was handed in finds the same bytes, and asking often costs nothing."""
    written: list[datetime] = []

    def write(now: datetime) -> bytes:
        written.append(now)
        return str(now).encode()

    signing = Rollover(pair("dv").signing_key, Upcoming(pair("dv-next").signing_key, MOMENT))
    encryption = Rollover(pair("enc").signing_key, Upcoming(pair("enc-next").signing_key, LATER))
    published = PublishedMetadata(write, signing, encryption)
    second = timedelta(seconds=1)
    moments = (MOMENT - 2 * second, MOMENT - second, MOMENT, LATER - second, LATER, LATER + second)
    documents = [published.at(now) for now in moments]
    assert written == [moments[0], MOMENT, LATER]
    assert documents[0] == documents[1] != documents[2]
    assert documents[2] == documents[3] != documents[4]
    assert documents[4] == documents[5]
