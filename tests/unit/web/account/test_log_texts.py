"""Every event about an account can be told to its owner."""

from __future__ import annotations

from dataclasses import fields

import pytest

from broker.domain.events import ALL_EVENTS
from broker.web.account.log_texts import TOLD_KINDS, event_sentence
from scripts.gallery import make_app

ABOUT_AN_ACCOUNT = sorted(
    event.kind for event in ALL_EVENTS if "account_id" in {field.name for field in fields(event)}
)


@pytest.mark.parametrize("kind", ABOUT_AN_ACCOUNT)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_event_about_an_account_has_a_sentence(kind: str, language: str) -> None:
    """A new event gets its words in `log_texts`; no sentence shows a code of ours."""
    assert kind in TOLD_KINDS
    with make_app().test_request_context(f"/?lang={language}"):
        sentence = event_sentence(kind, portal="Mijn CZ", factor="totp")
    assert sentence
    assert "%(" not in sentence
    assert kind not in sentence


def test_kind_of_an_earlier_release_is_told_as_something() -> None:
    """The log keeps for years what the code forgot."""
    with make_app().test_request_context("/"):
        assert event_sentence("old.kind", portal="", factor=None) == "Er is iets met uw account gebeurd"
