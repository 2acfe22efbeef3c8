"""Steps 1 and 2 of the gate: what is refused as bytes and as a tree. The signatures around it are right."""

from __future__ import annotations

import pytest

from broker.providers.saml.bytes_rules import MAX_MESSAGE_BYTES
from broker.providers.saml.gate import open_artifact_response
from broker.providers.saml.parse import parse_canonical, parse_strictly, walk_within_limits
from broker.providers.saml.refusal import GateRefused
from tests.support.saml.answers import BSN, Change, answer
from tests.support.saml.gate import ACCEPTED, verdict

GOOD = answer()


def after(old: bytes, new: bytes) -> bytes:
    """The good answer with bytes replaced after signing."""
    assert old in GOOD
    return GOOD.replace(old, new, 1)


DOCTYPE = b'<!DOCTYPE soapenv:Envelope [<!ENTITY who "900029365">]>\n<soapenv:Envelope'
REFUSED_BYTES = {
    "empty": (b"", "xml.empty"),
    "larger-than-the-cap": (GOOD + b" " * MAX_MESSAGE_BYTES, "xml.too-large"),
    "utf-16": (GOOD.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "xml.not-utf8"),
    "latin-1": (after(b"5d0c17", "é".encode("latin-1")), "xml.not-utf8"),
    "byte-order-mark": (b"\xef\xbb\xbf" + GOOD, "xml.not-utf8"),
    "nul": (after(b"5d0c17", b"5d\x00c17"), "xml.nul"),
    "xml-1.1": (GOOD.replace(b"<?xml version='1.0'", b"<?xml version='1.1'"), "xml.declaration"),
    "other-encoding": (GOOD.replace(b"encoding='UTF-8'", b"encoding='ISO-8859-1'"), "xml.declaration"),
    "doctype": (after(b"<soapenv:Envelope", b"<!DOCTYPE x>\n<soapenv:Envelope"), "xml.doctype"),
    "doctype-with-entity": (after(b"<soapenv:Envelope", DOCTYPE), "xml.doctype"),
    "entity-alone": (after(b"<soapenv:Envelope", b'<!ENTITY x "y"><soapenv:Envelope'), "xml.entity"),
    "undefined-entity": (after(BSN.encode(), b"&who;"), "xml.ill-formed"),
    "comment-in-name-id": (after(BSN.encode(), b"900<!-- -->029365"), "xml.comment"),
    "comment-at-the-end": (GOOD + b"<!-- -->", "xml.comment"),
    "cdata": (after(BSN.encode(), b"<![CDATA[900029365]]>"), "xml.declaration-markup"),
    "processing-instruction": (after(BSN.encode(), b"900<?x?>029365"), "xml.processing-instruction"),
    "trailing-data": (GOOD + b"and more", "xml.ill-formed"),
    "second-root": (GOOD + GOOD[GOOD.index(b"<soapenv") :], "xml.ill-formed"),
    "cut-off": (GOOD[:-40], "xml.ill-formed"),
    "not-xml": (b"SAMLart", "xml.ill-formed"),
    "too-many-tags": (b"<a>" + b"<b/>" * 1024 + b"</a>", "xml.too-many-tags"),
    "too-many-attributes-in-all": (
        b"<a " + b" ".join(b'a%d=""' % n for n in range(2049)) + b"/>",
        "xml.too-many-attributes",
    ),
    "too-many-attributes-on-one": (
        b"<a " + b" ".join(b'a%d=""' % n for n in range(65)) + b"/>",
        "xml.too-many-attributes",
    ),
    "too-many-namespaces": (
        b"<a " + b" ".join(b'xmlns:a%d="urn:a%d"' % (n, n) for n in range(33)) + b"/>",
        "xml.too-many-namespaces",
    ),
    "too-deep": (b"<a>" * 65 + b"</a>" * 65, "xml.too-deep"),
    "far-too-deep": (b"<a>" * 500 + b"</a>" * 500, "xml.ill-formed"),
    "relative-namespace": (after(b"<soapenv:Body>", b'<soapenv:Body xmlns:r="r">'), "xml.relative-namespace"),
    "namespace-by-reference": (
        after(b"<soapenv:Body>", b'<soapenv:Body xmlns:r="urn:&#120;">'),
        "xml.relative-namespace",
    ),
    "prefix-with-a-colon": (after(b"<soapenv:Body>", b'<soapenv:Body xmlns:a:b="r">'), "xml.ill-formed"),
}


@pytest.mark.parametrize("case", REFUSED_BYTES)
def test_gate_refuses_bytes_and_trees_that_are_not_plain(case: str) -> None:
    """Each rule has its own code."""
    message, code = REFUSED_BYTES[case]
    assert verdict(message) == code


CONTROLS = {
    "as-signed": GOOD,
    "single-quoted-declaration": GOOD.replace(b'version="1.0"', b"version='1.0'"),
    "lower-case-encoding": GOOD.replace(b"UTF-8", b"utf-8", 1),
    "trailing-white-space": GOOD + b"\r\n",
    "white-space-outside-the-signed-part": after(b"<soapenv:Body>", b"<soapenv:Body>\n\n"),
}


@pytest.mark.parametrize("case", CONTROLS)
def test_gate_accepts_the_controls(case: str) -> None:
    """The same message without the fault is let in."""
    assert verdict(CONTROLS[case]) == ACCEPTED


def signed_with(change: Change) -> str:
    """The verdict on a message that was changed before signing."""
    return verdict(answer(change))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({f">s00000000:{BSN}<": f">s00000000:{BSN[:3]}<!-- x -->{BSN[3:]}<"}, "xml.comment"),
        ({f">s00000000:{BSN}<": f">s00000000:{BSN[:3]}<?x y?>{BSN[3:]}<"}, "xml.processing-instruction"),
    ],
    ids=["comment", "processing-instruction"],
)
def test_gate_refuses_splitting_nodes_even_when_signed(change: Change, code: str) -> None:
    """Canonicalisation hides comments, so a right signature is no excuse."""
    assert signed_with(change) == code


def test_tree_rules_stand_on_their_own() -> None:
    """Comments are refused by the tree rules too, should the bytes rules ever miss one."""
    with pytest.raises(GateRefused, match=r"xml\.node-kind"):
        walk_within_limits(parse_canonical(b"<a>b<!-- c -->d</a>"))
    with pytest.raises(GateRefused, match=r"xml\.node-kind"):
        parse_strictly(b"<a/><?x?>")


def test_parser_leaves_entities_and_files_alone() -> None:
    """A parser that resolved entities would read this file; ours refuses at the latest in the tree."""
    external = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'
    root = parse_canonical(external)
    assert "".join(root.itertext(tag=None, with_tail=False)) in {"", "&x;"}


def test_refusal_tells_nothing_of_the_message() -> None:
    """What is logged about a refused message holds no part of it."""
    message = after(b"<saml:NameID>", b"<saml:NameID Hidden='1'>")
    with pytest.raises(GateRefused) as refused:
        _open(message)
    assert BSN not in str(refused.value)
    assert "Hidden" not in str(refused.value)


def _open(message: bytes) -> None:
    from broker.providers.digid.form import digid_profile  # noqa: PLC0415  the one place that needs it

    open_artifact_response(message, digid_profile(want_assertions_signed=True), [])
