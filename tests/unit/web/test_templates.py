"""Every page of the gallery is built so that everyone can use it and no security policy is bent."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag

from broker.oidc.claims import CLAIM_NAMES
from broker.web.account.record_pages import SharedView
from broker.web.language import Language
from broker.web.notices import DIGID_FAILED_SENTENCE
from broker.web.theme import STATIC_FOLDER
from scripts.gallery import make_app, render
from scripts.gallery_states import BRANDS, State, all_states

STATES = {state.name: state for state in all_states()}
APP = make_app()
TEMPLATES_OF_PAGES = {
    "home.html",
    "binding/code.html",
    "binding/entrance.html",
    "binding/received.html",
    "binding/request.html",
    "account/address.html",
    "account/confirm.html",
    "account/details.html",
    "account/erase.html",
    "account/export.html",
    "account/factors.html",
    "account/log.html",
    "account/log_in.html",
    "account/password.html",
    "account/session_ends.html",
    "account/sessions.html",
    "account/shared.html",
    "address/confirm.html",
    "address/done.html",
    "error.html",
    "login/choose.html",
    "login/collectivity.html",
    "login/post_to_provider.html",
    "login/form_post.html",
    "login/no_account.html",
    "logout/confirm.html",
    "logout/done.html",
    "logout/provider.html",
    "register/activate.html",
    "reset/ask.html",
    "reset/choose.html",
    "reset/done.html",
    "reset/mailed.html",
    "register/check.html",
    "register/details.html",
    "register/mailed.html",
    "register/ready.html",
    "second_factor/asking.html",
    "second_factor/choose.html",
    "second_factor/codes.html",
    "second_factor/confirm.html",
    "second_factor/done.html",
    "second_factor/number.html",
    "second_factor/scan.html",
    "staff/entrance.html",
}

every_page = pytest.mark.parametrize(
    ("state", "language"),
    [
        pytest.param(state, language, id=f"{state.name}-{language}")
        for state in STATES.values()
        for language in Language
    ],
)


@cache
def page_of(name: str, language: Language = Language.DUTCH) -> BeautifulSoup:
    """The parsed page of a state; tests read it and change nothing in it."""
    return parse(STATES[name], language)


def parse(state: State, language: Language) -> BeautifulSoup:
    """The page as a browser sees it."""
    return BeautifulSoup(render(APP, state, language), "html.parser")


def one(page: BeautifulSoup, selector: str) -> Tag:
    """The only element that the selector finds."""
    found = page.select(selector)
    assert len(found) == 1, f"{selector}: {len(found)}"
    return found[0]


def words(element: Tag) -> str:
    """The text of an element with single spaces."""
    return " ".join(element.get_text(" ").split())


def test_gallery_shows_every_page_for_every_brand() -> None:
    """No template is forgotten, and the login page is there for each brand."""
    assert {state.template for state in STATES.values()} == TEMPLATES_OF_PAGES
    logins = {state.brand for state in STATES.values() if state.template == "login/choose.html"}
    assert logins == set(BRANDS)
    assert len(STATES) == len(list(all_states()))


@every_page
def test_page_has_its_landmarks_and_one_heading(state: State, language: Language) -> None:
    """Header, main and footer; one h1; no level skipped; the skip link is first and leads to main."""
    page = page_of(state.name, language)
    assert one(page, "html")["lang"] == language.value
    for landmark in ("body > header", "body > main#content", "body > footer", "h1", "title"):
        assert words(one(page, landmark)), landmark
    levels = [int(heading.name[1]) for heading in page.find_all(re.compile(r"^h[1-6]$"))]
    assert levels[0] == 1
    assert set(levels) <= {1, 2}
    first_link = page.select("a, button, input:not([type=hidden])")[0]
    assert first_link["href"] == "#content"


@every_page
def test_page_holds_nothing_that_the_security_policy_refuses(state: State, language: Language) -> None:
    """No inline style, script or handler, and nothing from another host."""
    page = page_of(state.name, language)
    assert not page.find_all("style")
    assert not page.find_all("base")
    for element in page.find_all(True):
        assert "style" not in element.attrs
        assert not [name for name in element.attrs if name.startswith("on")]
    for script in page.find_all("script"):
        assert str(script["src"]).startswith("/static/")
        assert not script.get_text()
    for element in page.select("img, link"):
        address = str(element.get("src") or element.get("href")).partition("?")[0]
        assert (STATIC_FOLDER / address.removeprefix("/static/")).is_file()


@every_page
def test_page_names_everything_one_can_use(state: State, language: Language) -> None:
    """Links and buttons have words, pictures an alt, drawings are hidden, ids are unique and labels exist."""
    page = page_of(state.name, language)
    for control in page.select("a, button"):
        assert words(control)
    for button in page.find_all("button"):
        assert button["type"] == "submit"
    assert all(image.has_attr("alt") for image in page.find_all("img"))
    assert all(drawing["aria-hidden"] == "true" for drawing in page.find_all("svg"))
    ids = [element["id"] for element in page.select("[id]")]
    assert len(ids) == len(set(ids))
    assert {element["aria-labelledby"] for element in page.select("[aria-labelledby]")} <= set(ids)


@every_page
def test_page_has_the_look_of_its_brand_only(state: State, language: Language) -> None:
    """One theme per page, the brand's own; a page without a brand shows none."""
    page = page_of(state.name, language)
    expected = state.brand.theme if state.brand else "voordeur"
    themes = [sheet["href"] for sheet in page.select("link[rel=stylesheet][href*='/themes/']")]
    assert [str(theme).partition("?")[0] for theme in themes] == [f"/static/themes/{expected}.css"]
    assert words(one(page, "title")).endswith(f"– {state.brand.name if state.brand else 'Voordeur'}")


@every_page
def test_page_offers_the_other_language(state: State, language: Language) -> None:
    """The switch marks the current language and names the other in its own words."""
    page = page_of(state.name, language)
    other = next(candidate for candidate in Language if candidate is not language)
    link = one(page, "nav.languages a")
    assert (link["lang"], link["hreflang"], link["href"]) == (
        other.value,
        other.value,
        f"?lang={other.value}",
    )
    assert one(page, "nav.languages [aria-current]")["lang"] == language.value


@pytest.mark.parametrize("language", Language)
def test_every_claim_that_a_portal_may_have_is_told_in_words(language: Language) -> None:
    """Nobody reads a claim's own name on the page that says which portal knows what."""
    shared = next(state for state in STATES.values() if state.template == "account/shared.html")
    for claim in CLAIM_NAMES:
        portals = [SharedView("Mijn CZ Zakelijk", ("20-11-2026", "21:15"), (claim,))]
        page = parse(replace(shared, context={**shared.context, "portals": portals}), language)
        assert words(one(page, ".own-things .tips li")) != claim


def test_login_page_has_the_words_people_look_for() -> None:
    """Title, button, the BSN-entitled organisation, the plain link to DigiD and the way back (J1, C2, C3)."""
    page = page_of("login-cz")
    assert words(one(page, "h1")) == "Inloggen bij Mijn CZ"
    button = one(page, "form[action='/login/digid'] button")
    assert words(button) == "Inloggen met DigiD"
    assert words(one(page, "section.option .option-for")) == "U logt in bij CZ (demonstratie) U.A."
    more = one(page, "section.option a")
    assert (words(more), more["href"]) == ("Meer informatie over DigiD", "https://digid.nl")
    assert words(one(page, "form[action='/login/cancel'] button")) == "Terug naar Mijn CZ"


@pytest.mark.parametrize("name", ["login-cz", "logout-confirm"])
def test_own_forms_post_with_their_token(name: str) -> None:
    """What changes something here is a POST with the token; the login forms also name their attempt."""
    forms = page_of(name).find_all("form")
    assert forms
    for form in forms:
        fields = {field["name"]: field["value"] for field in form.find_all("input")}
        assert form["method"] == "post"
        assert fields["csrf_token"] == "sample-token"
        assert fields.get("transaction") == ("sample-transaction" if name == "login-cz" else None)


@pytest.mark.parametrize("name", ["to-provider-cz", "to-portal-cz"])
def test_onward_page_works_with_and_without_a_script(name: str) -> None:
    """A visible button, the message's own fields and nothing of ours, and a script from a file."""
    page = page_of(name)
    form = one(page, "form[data-submit-by-itself]")
    fields = {field["name"]: field["value"] for field in form.find_all("input")}
    assert fields == {"SAMLRequest": "PHNhbWxwOkF1dGhuUmVxdWVzdC8+", "RelayState": "r4nd0m"}
    assert words(one(page, "form button")) == "Doorgaan"
    assert one(page, "script").has_attr("defer")


def test_form_fields_cannot_break_out_of_their_attribute() -> None:
    """What a portal sends as state stays a value."""
    hostile = '"><script src="https://evil.example/x.js"></script>'
    state = STATES["to-portal-cz"]
    context = {**state.context, "fields": {"state": hostile}}
    page = parse(State("hostile", state.template, state.brand, context), Language.DUTCH)
    assert one(page, "form input")["value"] == hostile
    assert "evil" not in str(one(page, "script"))


def test_notice_is_announced_and_named_in_the_title() -> None:
    """Who hears the page hears first why they are back."""
    page = page_of("login-cz-digid-cancelled")
    assert (
        words(one(page, "[role=status]"))
        == "Inloggen geannuleerd U heeft het inloggen met DigiD geannuleerd."
    )
    assert words(one(page, "title")) == "Inloggen geannuleerd – Inloggen bij Mijn CZ – CZ"


@pytest.mark.parametrize("language", list(Language))
def test_failed_digid_login_shows_the_literal_sentence_marked_as_dutch(language: Language) -> None:
    """The sentence that Logius tests stands on both pages, with its language for who hears it."""
    alert = one(page_of("login-cz-digid-failed", language), "[role=alert]")
    sentence = one(BeautifulSoup(str(alert), "html.parser"), "p[lang=nl]")
    assert sentence.get_text() == DIGID_FAILED_SENTENCE


def test_login_page_without_a_way_to_log_in_still_leads_back() -> None:
    """In an outage there is no button that leads nowhere, and there is a way back."""
    page = page_of("login-cz-no-option")
    assert not page.select("section.option")
    assert words(one(page, "form button")) == "Terug naar Mijn CZ"


def test_error_page_says_what_happened_what_to_do_and_its_code() -> None:
    """The tab says it is an error; the page gives a way on and a support code, and no more."""
    page = page_of("error-transaction-unknown")
    assert words(one(page, "title")) == "Foutmelding: Deze inlogpagina werkt niet meer – CZ"
    assert words(one(page, "h1")) == "Deze inlogpagina werkt niet meer"
    assert words(one(page, "a.button")) == "Opnieuw beginnen bij Mijn CZ"
    assert "7KQF-M3WD" in words(one(page, ".support-code"))


def test_error_page_in_english_says_error_in_its_title() -> None:
    """English readers see it in the tab as well."""
    title = words(one(page_of("error-internal", Language.ENGLISH), "title"))
    assert title == "Error: Something went wrong on our side – CZ"


def test_footer_offers_the_desk_of_the_brand() -> None:
    """The number can be called and the address written to."""
    page = page_of("login-vgz")
    assert [link["href"] for link in page.select("footer a")] == [
        "tel:0880000000",
        "mailto:klantenservice@vgz.example",
    ]


def test_home_names_the_portals_and_leads_to_them() -> None:
    """Who comes here by mistake finds the portal."""
    page = page_of("home")
    assert [words(card) for card in page.select("a.portal-card")] == [
        "Mijn CZ CZ Voor verzekerden",
        "Mijn VGZ Zakelijk VGZ Voor organisaties",
        "Mijn IZA IZA Voor organisaties",
        "MijnZZ Zakelijk Zorg en Zekerheid Voor organisaties",
    ]


@pytest.mark.parametrize(
    ("language", "told"),
    [(Language.DUTCH, "5.000 zakelijke relaties"), (Language.ENGLISH, "5,000 business relations")],
)
def test_number_is_written_as_people_of_the_language_write_it(language: Language, told: str) -> None:
    """Thousands stand apart."""
    assert words(one(page_of("collectivity-many-cz", language), ".field-hint")) == told


@pytest.mark.parametrize("name", ["login-cz-outage-plain", "login-cz-closed-after-failures"])
def test_closed_way_of_logging_in_is_shown_explained_and_out_of_use(name: str) -> None:
    """The button stays where it was, names its explanation, and the notice above says why."""
    page = page_of(name)
    button = one(page, "section.option button")
    assert button.has_attr("disabled")
    explanation = one(page, f"#{button['aria-describedby']}")
    assert words(explanation) == "U kunt deze manier van inloggen nu niet kiezen."
    assert words(one(page, "[role=status] .notice-title")) == "Inloggen met DigiD kan nu niet"
    assert words(one(page, "title")).startswith("Inloggen met DigiD kan nu niet – ")
    assert words(one(page, "form[action='/login/cancel'] button")) == "Terug naar Mijn CZ"


@pytest.mark.parametrize("language", list(Language))
def test_outage_in_dutch_words_only_is_marked_as_dutch(language: Language) -> None:
    """Who hears the page hears the operator's sentence in the language it is in."""
    page = page_of("login-cz-outage-dutch-words", language)
    assert words(one(page, ".notice p[lang=nl]")).startswith("DigiD werkt vannacht niet")


def test_notice_after_a_refusal_has_a_code_and_after_a_cancel_none() -> None:
    """There is nothing to ask a desk about one's own cancelling."""
    assert "7KQF-M3WD" in words(one(page_of("login-cz-digid-failed"), ".notice .support-code"))
    assert not page_of("login-cz-digid-cancelled").select(".support-code")
