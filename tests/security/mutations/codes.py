"""The reason codes that the gate and the checks on meaning may give: a closed list, stated once more here."""

from __future__ import annotations

_XML = (
    "empty too-large not-utf8 nul declaration doctype entity comment declaration-markup "
    "processing-instruction too-many-tags too-many-attributes too-many-namespaces too-deep "
    "relative-namespace ill-formed node-kind"
)
_GRAMMAR = (
    "unexpected-element repeated-element missing-element unexpected-attribute missing-attribute stray-text"
)
_SKELETON = f"{_GRAMMAR} misplaced namespaced-id malformed-id duplicate-id"
_SIGNATURE = (
    f"{_GRAMMAR} missing place key-info canonicalization method digest-method reference transforms encoding "
    "prefixes invalid digest void"
)
_ANSWER = "in-response-to issuer issue-instant status no-response"
_RESPONSE = (
    "in-response-to issuer destination issue-instant status-nested no-assertion assertion-on-failure "
    "no-authn-context request-denied status"
)
_CONFIRMATION = "missing method in-response-to recipient no-end expired life"
_CONDITIONS = "missing no-start no-end reversed life too-early expired"
_FAMILIES = {
    "xml": _XML,
    "skeleton": _SKELETON,
    "signature": _SIGNATURE,
    "verified": f"{_GRAMMAR} disagreement",
    "value": "missing version instant",
    "answer": _ANSWER,
    "response": _RESPONSE,
    "assertion": "issuer issue-instant",
    "confirmation": _CONFIRMATION,
    "conditions": _CONDITIONS,
    "audience": "missing other",
    "authn": "missing instant level-unknown level-too-low",
    "name-id": "missing format form sector number",
}
KNOWN_CODES = frozenset(f"{family}.{code}" for family, codes in _FAMILIES.items() for code in codes.split())

_OF_EHERKENNING = {
    "response": "no-destination request-unsupported",
    "value": "mixed",
    "attribute": "repeated form",
    "service": "missing other other-id",
    "restriction": "unknown",
    "branch": "form",
    "identifier": "undecryptable in-the-clear",
    "acting-subject": "missing kind form",
    "legal-subject": "missing kind repeated not-allowed form",
    "intermediary": "repeated kind form",
}
KNOWN_EHERKENNING_CODES = KNOWN_CODES | {
    f"{family}.{code}" for family, codes in _OF_EHERKENNING.items() for code in codes.split()
}

# No message reaches these: an earlier check refuses it first. `gate.md` tells which, and how that was shown.
UNREACHED = frozenset(
    {
        "xml.node-kind",
        "signature.place",
        "signature.void",
        "value.missing",
        "verified.disagreement",
        *(f"verified.{code}" for code in _GRAMMAR.split()),
    }
)
