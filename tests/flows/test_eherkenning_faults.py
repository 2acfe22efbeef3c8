"""J31: every fault of the eHerkenning simulator ends on the right page, without a login, with its reason.

The cases come from the simulator's own list, so a fault that is added there fails here until it has its row.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.eherkenning.faults.table import FAULTS, VARIANTS
from tests.security.mutations.route import without_handles
from tests.support.at_work import BOTH_BINDINGS, Worker, system_by
from tests.support.browser import Page
from tests.support.decryption_work import counted_decryption, work_for
from tests.support.system import System

pytestmark = pytest.mark.flow

SESSION_COOKIE = "__Host-voordeur-session-zz"
COUNTING_WINDOW_SECONDS = 61
TEXTS = {
    "failed": "Inloggen bij deze organisatie is niet gelukt.",
    "level": "U heeft ingelogd op een lager niveau dan hier nodig is.",
    "cancelled": "U heeft het inloggen met eHerkenning geannuleerd.",
    "unavailable": "Wij kunnen eHerkenning nu niet bereiken.",
}
REASONS: dict[str, str] = {
    "level-lower": "authn.level-too-low",
    "level-of-advice": "authn.level-too-low",
    "level-unknown": "authn.level-unknown",
    "wrong-audience": "audience.other",
    "wrong-destination": "response.destination",
    "wrong-recipient": "confirmation.recipient",
    "wrong-in-response-to-resolve": "answer.in-response-to",
    "wrong-in-response-to-response": "response.in-response-to",
    "wrong-in-response-to-confirmation": "confirmation.in-response-to",
    "wrong-issuer": "response.issuer",
    "expired": "confirmation.expired",
    "future": "confirmation.life",
    "clock-skew": "answer.issue-instant",
    "cancelled": "cancelled",
    "unsupported": "response.request-unsupported",
    "failure-with-assertion": "response.assertion-on-failure",
    "no-assertion": "response.no-assertion",
    "no-response": "answer.no-response",
    "two-assertions": "skeleton.misplaced",
    "wrong-service": "service.other",
    "wrong-service-id": "service.other-id",
    "no-service": "service.missing",
    "no-legal-subject": "legal-subject.missing",
    "no-acting-subject": "acting-subject.missing",
    "attribute-twice": "attribute.repeated",
    "two-companies": "legal-subject.repeated",
    "kvk-seven-digits": "legal-subject.form",
    "rsin-eleven-test": "legal-subject.form",
    "foreign-identifier": "legal-subject.kind",
    "plain-legal-subject": "identifier.in-the-clear",
    "acting-subject-not-pseudonym": "acting-subject.kind",
    "branch-eleven-digits": "branch.form",
    "unsigned": "signature.missing",
    "assertion-unsigned": "signature.missing",
    "only-assertion-signed": "signature.missing",
    "other-key": "signature.invalid",
    "assertion-other-key": "signature.invalid",
    "certificate-in-key-info": "skeleton.unexpected-element",
    "sealed-no-key": "skeleton.missing-element",
    "signature-wrapping": "skeleton.misplaced",
    "genuine-in-advice": "skeleton.duplicate-id",
    "advice-changed": "signature.digest",
    "comment-in-attribute": "xml.comment",
    "document-type": "xml.doctype",
    "dead": "channel.broken",
    "http-500": "channel.server-error",
    "soap-fault": "channel.soap-fault",
    "redirect": "channel.redirect",
}
REASONS_BY_POST = {"clock-skew": "response.issue-instant"}
ENDS_AS = {
    "level-lower": "level",
    "level-of-advice": "level",
    "cancelled": "cancelled",
    "dead": "unavailable",
    "http-500": "unavailable",
}
ONLY_BY_ARTIFACT = {fault.name for fault in FAULTS if fault.only_by_artifact}
# Those that only decrypting finds.
SEALED = [fault.name for fault in FAULTS if fault.name.startswith("sealed-") and fault.name not in REASONS]
# Within the patience that this system has: late, and right.
BEARABLE = {"slow"}


@pytest.fixture(scope="module", params=sorted(BOTH_BINDINGS))
def either(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    demo_pki: Path,
    sqlite_template: bytes,
) -> Iterator[System]:
    """The whole broker, with answers by artifact and by POST."""
    folder = tmp_path_factory.mktemp(request.param)
    with system_by(request.param, folder, demo_pki, sqlite_template) as running:
        yield running


def by_post(system: System) -> bool:
    """Whether answers come by POST here."""
    connection = system.settings.brands["zz"].eherkenning
    return connection is not None and connection.answer_binding == "post"


def come_with(system: System, fault: str) -> tuple[Worker, Page, dict[str, Any]]:
    """One login with this fault: who came, the page, and what the log says of the answer."""
    # A provider that failed a while ago is not held against the next test.
    system.clock.advance(COUNTING_WINDOW_SECONDS)
    switched = system.makelaar.test_client().post("/api/faults", json={"fault": fault})
    assert switched.status_code == 200, switched.text
    story, worker = system.story(), Worker(system, "anouk")
    page = worker.come()
    (answered,) = (event for event in story.events() if event.kind == "login.provider-answered")
    return worker, page, answered.detail


def expected_reason(system: System, fault: str) -> str:
    """The code that only the log has."""
    known = "identifier.undecryptable" if fault in SEALED else REASONS[fault]
    return REASONS_BY_POST.get(fault, known) if by_post(system) else known


@pytest.mark.parametrize(
    "fault", [fault.name for fault in FAULTS if fault not in VARIANTS and fault.name not in BEARABLE]
)
def test_fault_is_refused_with_one_page_and_one_event(either: System, fault: str) -> None:
    """Back at the choice with words that tell no cause; no session; the reason in the log alone."""
    worker, page, told = come_with(either, fault)
    if by_post(either) and fault in ONLY_BY_ARTIFACT:
        # There is no back channel that could have it.
        assert told["outcome"] == "authenticated"
        return
    assert told["reason"] == expected_reason(either, fault)
    assert (page.status, page.heading) == (200, "Inloggen bij MijnZZ Zakelijk")
    assert TEXTS[ENDS_AS.get(fault, "failed")] in page.text
    assert told["reason"] not in page.html
    assert SESSION_COOKIE not in worker.browser.cookies(either.issuer)


@pytest.mark.parametrize("variant", [fault.name for fault in VARIANTS])
def test_variant_is_let_in(either: System, variant: str) -> None:
    """The controls: other ways to be right end where somebody without an account goes on."""
    _, page, told = come_with(either, variant)
    assert (told["reason"], told["outcome"]) == (None, "authenticated")
    assert page.heading == "Koppel uw eHerkenning"


def test_every_decryption_fault_looks_and_costs_the_same(either: System) -> None:
    """Body and status but for what is new on every page, and the work: both identifiers are decrypted."""
    pages: set[tuple[int, str]] = set()
    for fault in SEALED:
        with counted_decryption() as work:
            _, page, told = come_with(either, fault)
        assert told["reason"] == "identifier.undecryptable", fault
        assert work == work_for(2), fault
        pages.add((page.status, without_handles(page.html)))
    assert len(pages) == 1
