"""Since when and how long metadata may be believed.

`validUntil` and `cacheDuration` (SAML metadata 2.3.1, 2.3.2, 2.4.1), and `creationInstant` of the document
(SAML metadata extensions for registration and publication information 2.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from lxml.etree import _Element

from broker.providers.saml.instants import read_instant
from broker.providers.saml.names import METADATA_RPI, md

# xs:duration without fractions; a month counts 30 days and a year 365, which is early rather than late.
_DURATION = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,5})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,8})S)?)?",
    re.ASCII,
)


def valid_until(role: _Element, faults: list[str]) -> datetime | None:
    """The earliest end that stands on the role, its entity or what is around it; None when there is none."""
    moments = []
    for text in _attributes(role, "validUntil"):
        try:
            moments.append(read_instant(text))
        except ValueError:
            faults.append("has a validUntil that is not a moment in UTC")
    return min(moments, default=None)


def cache_duration(role: _Element, faults: list[str]) -> timedelta | None:
    """The shortest time after which it should be fetched anew; None when nothing is said of it."""
    durations = []
    for text in _attributes(role, "cacheDuration"):
        found = _DURATION.fullmatch(text)
        if found is None:
            faults.append("has a cacheDuration that is not a duration")
            continue
        years, months, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        whole_days = 365 * years + 30 * months + days
        durations.append(timedelta(days=whole_days, hours=hours, minutes=minutes, seconds=seconds))
    return min(durations, default=None)


def published_at(role: _Element) -> datetime | None:
    """When the whole document was made, by the extensions of its root; None when no moment in UTC is told."""
    root = role.getroottree().getroot()
    told = root.find(f"{md('Extensions')}/{{{METADATA_RPI}}}PublicationInfo")
    try:
        return None if told is None else read_instant(told.get("creationInstant", ""))
    except ValueError:
        return None


def _attributes(role: _Element, name: str) -> Iterator[str]:
    for element in (role, *role.iterancestors()):
        text = element.get(name)
        if text is not None:
            yield text
