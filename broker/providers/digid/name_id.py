"""DigiD's NameID: a sector code, a colon and a number; only the BSN sector is let in.

The specification's table writes the sector with a capital S and messages with a small one, so both are read.
Its example has a number of eight digits; we refuse that on purpose: a BSN has nine, and padding would guess.
"""

from __future__ import annotations

import re
from typing import Final

from broker.domain.bsn import Bsn, InvalidBsn
from broker.providers.saml.names import FORMAT_UNSPECIFIED
from broker.providers.saml.refusal import MeaningRefused
from broker.providers.saml.values import Named

_NAME_ID = re.compile(r"([sS][0-9]{8}):([0-9]{9})", re.ASCII)
BSN_SECTOR: Final = "s00000000"


def read_bsn(name_id: Named) -> Bsn:
    """The BSN; raises `MeaningRefused` with ``name-id.format``, ``.form``, ``.sector`` or ``.number``."""
    if name_id.format not in {None, FORMAT_UNSPECIFIED}:
        raise MeaningRefused("name-id.format", "the NameID has a format that DigiD does not use")
    found = _NAME_ID.fullmatch(name_id.text)
    if found is None:
        raise MeaningRefused("name-id.form", "the NameID is not a sector and nine digits")
    if found[1].lower() != BSN_SECTOR:
        raise MeaningRefused("name-id.sector", "the NameID is not of the BSN sector")
    try:
        return Bsn(found[2])
    except InvalidBsn:
        raise MeaningRefused("name-id.number", "the number is not a BSN") from None
