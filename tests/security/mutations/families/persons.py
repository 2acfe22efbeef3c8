"""Who logged in, signed by the right key: the NameID, its sector, and numbers malformed in every way."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

from tests.security.mutations.forms import Form
from tests.security.mutations.trees import once
from tests.security.mutations.variant import Expect, Made
from tests.support.saml.answers import BSN

_NO, _YES = Expect.REFUSED, Expect.ACCEPTED
# Numbers that pass the eleven test; the last one begins with zeros.
_OTHER_BSNS = ("999990019", "111222333", "123456782", "000000012")


def make(form: Form, chance: random.Random) -> Iterator[Made]:
    """Other persons, other sectors, and texts that are no BSN; of a success only."""
    if not form.successful:
        return
    name_id = f"<saml:NameID>s00000000:{BSN}</saml:NameID>"
    for other in _OTHER_BSNS:
        yield f"person:{other}", _swap(form, BSN, other), _YES
    yield "sector:capital", _swap(form, "s00000000:", "S00000000:"), _YES
    for sector in _SECTORS:
        yield f"sector:{sector!r}", _swap(form, f"s00000000:{BSN}", f"{sector}{BSN}"), _NO
    for name, text in _bsns(chance).items():
        yield f"bsn:{name}", _swap(form, f"s00000000:{BSN}", f"s00000000:{text}"), _NO
    for name, new in {
        "missing": "",
        "empty": "<saml:NameID/>",
        "twice": name_id * 2,
        "other-first": name_id.replace(BSN, _OTHER_BSNS[0]) + name_id,
        "base-id": "<saml:BaseID/>",
        "encrypted": "<saml:EncryptedID/>",
        "encrypted-beside": f"{name_id}<saml:EncryptedID/>",
        "qualified": name_id.replace("<saml:NameID>", '<saml:NameID SPNameQualifier="x">'),
        "provided": name_id.replace("<saml:NameID>", '<saml:NameID SPProvidedID="x">'),
    }.items():
        yield f"name-id:{name}", _swap(form, name_id, new), _NO
    for kind in ("persistent", "transient", "emailAddress", "entity", ""):
        new = name_id.replace(
            "<saml:NameID>", f'<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:{kind}">'
        )
        yield f"name-id:format-{kind}", _swap(form, name_id, new), _NO
    unspecified = 'Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"'
    yield "name-id:unspecified", _swap(form, "<saml:NameID>", f"<saml:NameID {unspecified}>"), _YES


_SECTORS = (
    "",
    ":",
    "s00000001:",
    "S00000001:",
    "s00000002:",
    "s0000000:",
    "s000000000:",
    "s00000000",
    "s00000000::",
    "s00000000;",
    "s00000000 :",
    " s00000000:",
    "t00000000:",
    "00000000:",
    "ss0000000:",
    "s\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660:",
    "\u017f00000000:",
    "\uff5300000000:",
    "s00000000\uff1a",
    "s00000000:s00000000:",
    "s-0000000:",
    "\u045500000000:",
)


def _bsns(chance: random.Random) -> dict[str, str]:
    """Texts that are no BSN."""
    texts = {
        "empty": "",
        "zeros": "0" * 9,
        "eight": "12345678",
        "ten": f"{BSN}0",
        "leading-zero": f"0{BSN}",
        "space": f" {BSN}",
        "space-behind": f"{BSN} ",
        "line": f"{BSN}\n",
        "carriage": f"{BSN}&#13;",
        "tab": f"{BSN}&#9;",
        "dots": "9000.29.365",
        "dashes": "900-029-365",
        "spaces": "900 029 365",
        "plus": f"+{BSN[1:]}",
        "minus": f"-{BSN[1:]}",
        "letters": "ABCDEFGHI",
        "letter-o": BSN.replace("0", "O"),
        "hex": "0x1234567",
        "exponent": "9000293e5",
        "decimal": f"{BSN}.0",
        "comma": f"{BSN},{BSN}",
        "two": f"{BSN}{BSN}",
        "quote": f"{BSN}'",
        "sql": f"{BSN}' OR '1'='1",
        "star": "*********",
        "per-cent": "%%%%%%%%%",
        "zero-width": f"{BSN[:4]}\u200b{BSN[4:]}",
        "direction": f"\u202e{BSN}",
        "combining": f"{BSN}\u0301",
        "non-breaking": f"{BSN}\u00a0",
        "next-line": f"{BSN}\u0085",
        "line-separator": f"{BSN}\u2028",
        "superscript": f"{BSN[:8]}\u00b5",
        "superscript-digit": f"{BSN[:8]}\u2075",
        "circled": f"{BSN[:8]}\u2464",
        "roman": f"{BSN[:8]}\u2164",
    }
    for first in (0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50, 0xFF10, 0x1D7CE, 0x1D7F6, 0x1F101):
        texts[f"digits-{first:x}"] = "".join(chr(first + int(digit)) for digit in BSN)
        texts[f"one-digit-{first:x}"] = BSN[:8] + chr(first + int(BSN[8]))
    for place in range(9):
        digit = chance.choice([found for found in "0123456789" if found != BSN[place]])
        bent_bsn = BSN[:place] + digit + BSN[place + 1 :]
        texts[f"wrong-digit-{place}"] = bent_bsn
    for place in range(8):
        swapped = BSN[:place] + BSN[place + 1] + BSN[place] + BSN[place + 2 :]
        if swapped != BSN:
            texts[f"swapped-{place}"] = swapped
    return texts


def _swap(form: Form, old: str, new: str) -> partial[bytes]:
    return partial(_swapped, form, old, new)


def _swapped(form: Form, old: str, new: str) -> bytes:
    return form.sign(once(form.text, old, new))
