"""The export: one JSON object a line, for a SIEM and for whoever verifies without our database.

A ``start`` line, the events up to each checkpoint followed by that ``checkpoint``, and an ``end`` line. An
export ends at a checkpoint; what came later comes with the next, which begins after it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

from broker.audit.checkpoint_format import link_bytes, link_text
from broker.audit.log_stream import LogStream
from broker.audit.verify import ChainVerifier
from broker.storage.audit_chain import ChainedEvent, EventFacts
from broker.storage.audit_checkpoints import StoredCheckpoint
from broker.storage.audit_log import detail_text

FORMAT = 1
Opener = Callable[[ChainedEvent], dict[str, str] | None]


def export_lines(log: LogStream, *, until: int, opener: Opener | None = None) -> Iterator[str]:
    """The lines, without line ends. `opener` gives what an event holds of a person, for who may see that."""
    yield _line({"type": "start", "format": FORMAT, "after": log.after, "brand": log.brand})
    events = 0
    for item in log.up_to(until):
        if isinstance(item, StoredCheckpoint):
            yield _line(_checkpoint(item))
        else:
            events += 1
            told = _event(item)
            if opener is not None:
                told["personal"] = opener(item)
            yield _line(told)
    yield _line({"type": "end", "until": until, "events": events})


class ExportReader:
    """Feeds the lines of an export to a verifier; exports that follow on each other may stand in one file."""

    def __init__(self, make_verifier: Callable[[int, str | None], ChainVerifier]) -> None:
        """`make_verifier` is asked once, for the checkpoint and the brand that the first line names."""
        self._make = make_verifier
        self._verifier: ChainVerifier | None = None
        self._ended = False

    def read(self, lines: Iterator[str]) -> ChainVerifier:
        """The verifier when all is read. A line that cannot be read is a finding and ends the reading."""
        for number, line in enumerate(lines, start=1):
            try:
                self._take(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError):
                self._here().unreadable(number, "is no line of an export")
                return self._here()
        verifier = self._here()
        verifier.finish_export(complete=self._ended)
        return verifier

    def _take(self, told: dict[str, Any]) -> None:
        kind = told["type"]
        if kind == "start":
            self._start(told)
        elif kind == "event":
            self._here().event(_event_of(told))
        elif kind == "checkpoint":
            # The second of two exports repeats the checkpoints that it goes on from.
            if int(told["number"]) > self._here().last_checkpoint:
                signature = base64.b64decode(told["signature"], validate=True)
                self._here().checkpoint(str(told["payload"]), signature, int(told["number"]))
        elif kind == "end":
            self._ended = True
        else:
            raise ValueError("an unknown kind of line")

    def _start(self, told: dict[str, Any]) -> None:
        if told["format"] != FORMAT:
            raise ValueError("an unknown format")
        self._ended = False
        if self._verifier is None:
            self._verifier = self._make(int(told["after"]), told["brand"])

    def _here(self) -> ChainVerifier:
        if self._verifier is None:
            self._verifier = self._make(0, None)
        return self._verifier


def _line(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _checkpoint(stored: StoredCheckpoint) -> dict[str, Any]:
    signature = base64.b64encode(stored.signature).decode()
    return {"type": "checkpoint", "number": stored.number, "payload": stored.payload, "signature": signature}


def _event(event: ChainedEvent) -> dict[str, Any]:
    facts = event.facts._asdict()
    facts["detail"] = json.loads(event.facts.detail)
    return {
        "type": "event",
        **facts,
        "lane": event.lane,
        "sequence": event.sequence,
        "link": link_text(event.link),
    }


def _event_of(told: dict[str, Any]) -> ChainedEvent:
    values = {name: told[name] for name in EventFacts._fields}
    values["detail"] = detail_text(told["detail"])
    return ChainedEvent(
        EventFacts(**values), int(told["lane"]), int(told["sequence"]), link_bytes(told["link"])
    )
