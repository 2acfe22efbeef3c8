"""The same for eHerkenning: checks without which nothing gets in, as another check stands behind them."""

from __future__ import annotations

from tests.security.mutations.redundant import Redundant

_ID = "eherkenning.identifiers"
_OF_COMPANY = (f"{_ID}._legal_subject: legal-subject.not-allowed", f"{_ID}._numbered: legal-subject.form")
_KINDS = (f"{_ID}._pseudonym: acting-subject.kind", f"{_ID}._legal_subject: legal-subject.kind")
_GARBLED = "what comes out is no NameID; nothing is to rest on how garbled it is"
_IS_NAME = "decrypt._open: part `is_name`"

EHERKENNING_REDUNDANT: dict[str, Redundant] = {
    "eherkenning.semantics.judge_artifact_response: answer.no-response": Redundant(
        "asked by its own check first; here it tells the type checker",
        ("answer_checks.answer_holds_a_response: answer.no-response",),
    ),
    "eherkenning.semantics._without_assertion: response.request-unsupported": Redundant(
        "a name for one kind of failure; without it the failure is of no kind",
        ("eherkenning.semantics._without_assertion: response.status",),
    ),
    "eherkenning.attributes.is_for_service: service.missing": Redundant(
        "no service is another one than was asked for",
        ("eherkenning.attributes.is_for_service: service.other",),
    ),
    f"{_ID}.parties_of: legal-subject.missing": Redundant(
        "without an organisation there is none that the service allows", _OF_COMPANY
    ),
    "decrypt.decrypt_all: identifier.undecryptable": Redundant(
        "who is missing is asked for again when the parties are read", (*_OF_COMPANY, *_KINDS)
    ),
    "decrypt._open: part `unwrapped`": Redundant(_GARBLED, (_IS_NAME, *_KINDS, *_OF_COMPANY)),
    "decrypt._open: part `was_whole`": Redundant(_GARBLED, (_IS_NAME, *_KINDS, *_OF_COMPANY)),
}
