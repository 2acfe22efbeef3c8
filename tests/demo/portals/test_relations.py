"""J14, J17 and J36 at the portal: for whom one works, going on for another, tabs that do not mix."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from bs4 import Tag
from joserfc.jwk import RSAKey

from tests.demo.portals.business_visit import (
    BUSINESS,
    HIDDEN,
    NAMES,
    OTHER,
    OWN,
    BusinessVisit,
    Rights,
    form_fields,
    of_portal,
    same_origin,
    start,
)

CZ = of_portal("mijn-cz-zakelijk")
EVERYTHING = frozenset({"functioneel-beheerder", "rapportage-verantwoordelijke", "deelnemers-beheerder"})
PLENTY = 5_000


@pytest.fixture(scope="module")
def rsa_key() -> RSAKey:
    """One RSA key for all: making it takes its time."""
    return RSAKey.generate_key(2048, {"kid": "rsa-1"})


@pytest.fixture
def visit(rsa_key: RSAKey) -> Iterator[BusinessVisit]:
    """Somebody at Mijn CZ Zakelijk with every role at one collectivity and one role at another."""
    rights = Rights({OWN: EVERYTHING, OTHER: frozenset({"deelnemers-beheerder"})})
    with ExitStack() as stack:
        made = start(CZ, rsa_key, stack, rights)
        made.log_in()
        yield made


def _strip(visit: BusinessVisit) -> Tag:
    found = visit.page("/overzicht").select_one("section.relation")
    assert found
    return found


def _facts(visit: BusinessVisit) -> str:
    found = visit.page("/overzicht").select_one(".facts")
    assert found
    return found.get_text(" ", strip=True)


def test_page_says_for_whom_one_works(visit: BusinessVisit) -> None:
    """J37: relation, numbers, organisation and roles in words."""
    assert NAMES[OWN] in _strip(visit).text
    told = _facts(visit)
    assert "Klantnummer K20110" in told
    assert "Bouwbedrijf Van Laar B.V., KvK 90001104" in told
    assert "Functioneel beheerder, Rapportage verantwoordelijke, Deelnemersbeheerder" in told


def test_switch_asks_the_broker_for_this_one_without_a_page_between(visit: BusinessVisit) -> None:
    """`prompt=none`, an ID token as hint, the collectivity by its number; posted, and in no address."""
    answer = visit.press_switch(OTHER)
    fields = form_fields(answer)
    assert fields["prompt"] == "none"
    assert json.loads(fields["authorization_details"]) == [{"type": "collectivity", "identifier": OTHER}]
    assert fields["id_token_hint"].count(".") == 2
    assert fields["code_challenge_method"] == "S256"
    assert f"form-action 'self' {visit.provider.issuer};" in answer.headers["Content-Security-Policy"]


def test_switched_portal_acts_for_the_other_one_with_the_roles_there(visit: BusinessVisit) -> None:
    """Name, menu and claims are of the other; the cookie's secret is a new one."""
    before = visit.browser.get_cookie(CZ.id)
    assert "Financiële overzichten" in visit.menu()
    answer = visit.switch(OTHER)
    assert (answer.status_code, answer.location) == (303, "/overzicht")
    assert NAMES[OTHER] in _strip(visit).text
    assert "Financiële overzichten" not in visit.menu()
    assert "Uw rol Deelnemersbeheerder" in _facts(visit)
    claims = visit.browser.get("/claims").json
    assert claims
    assert claims["id_token"]["collectivity"]["number"] == OTHER
    after = visit.browser.get_cookie(CZ.id)
    assert before
    assert after
    assert before.value != after.value


@pytest.mark.parametrize("code", ["access_denied", "login_required", "invalid_authorization_details"])
def test_refused_switch_leaves_everything_as_it_was(visit: BusinessVisit, code: str) -> None:
    """The page says so, and the portal still acts for the first one."""
    visit.provider.hear = lambda _asked: code
    assert visit.switch(OTHER).status_code == 403
    assert NAMES[OWN] in _strip(visit).text
    assert "Financiële overzichten" in visit.menu()


def test_relation_without_rights_cannot_be_chosen(visit: BusinessVisit) -> None:
    """Somebody who makes up a form asks for nothing that the broker would give."""
    answer = visit.switch(HIDDEN)
    assert answer.status_code == 403
    assert "U kunt niet voor deze relatie werken" in answer.text
    assert NAMES[OWN] in _strip(visit).text


def test_answer_for_another_relation_than_asked_is_not_believed(visit: BusinessVisit) -> None:
    """Tokens that are for the first one do not count as a switch."""
    visit.provider.hear = lambda _asked: None
    assert visit.switch(OTHER).status_code == 502
    assert NAMES[OWN] in _strip(visit).text


def test_answer_for_another_person_is_not_believed(visit: BusinessVisit) -> None:
    """Somebody else who logged in at the broker meanwhile does not slip into this session."""
    honest = visit.provider.alter
    visit.provider.alter = lambda claims: honest(claims) | {"sub": "somebody-else"}
    visit.provider.userinfo = {"sub": "somebody-else"}
    assert visit.switch(OTHER).status_code == 502
    assert NAMES[OWN] in _strip(visit).text


def test_switch_of_another_site_is_refused(visit: BusinessVisit) -> None:
    """Nobody is moved to another relation by a page elsewhere."""
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert visit.browser.post("/relaties/kies", data={"naar": OTHER}, headers=foreign).status_code == 403
    assert visit.browser.get(f"/relaties/kies?naar={OTHER}").status_code == 405
    assert len(visit.provider.requests) == 1


@pytest.mark.parametrize("number", ["", "<b>", "a" * 50, "1;2", "\u0661"])
def test_what_is_no_number_is_not_asked_for(visit: BusinessVisit, number: str) -> None:
    """The page says so, and the broker is left alone."""
    answer = visit.press_switch(number)
    assert answer.status_code == 400
    assert "Dat is geen nummer van een relatie." in answer.text


def test_page_of_another_tab_is_told_that_it_is_stale(visit: BusinessVisit) -> None:
    """Two tabs: a link of the first, opened for the one, shows nothing of the other."""
    link = visit.menu()["Deelnemers"]
    assert visit.browser.get(link).status_code == 200
    visit.switch(OTHER)
    stale = visit.page(link, 409)
    assert stale.h1
    assert stale.h1.text == "U werkt nu voor een andere relatie"
    assert NAMES[OWN] in stale.text
    assert stale.select("table") == []
    back = stale.select_one("main button[name=naar]")
    assert back
    assert back["value"] == OWN


def test_address_of_a_relation_that_somebody_never_had_offers_no_way_there(visit: BusinessVisit) -> None:
    """All relations are known and this is none of them: there is nothing to go back to."""
    stale = visit.page(visit.menu()["Deelnemers"].replace(OWN, HIDDEN), 409)
    assert "Dit adres is van een relatie waarvoor u geen rechten heeft." in stale.text
    assert "gaan werken" not in stale.text
    assert stale.select_one("main button[name=naar]") is None


def test_form_of_another_tab_changes_nothing(visit: BusinessVisit) -> None:
    """What was filled in for the one is not written to the other."""
    visit.rights.roles[OTHER] = EVERYTHING
    details = _details()
    visit.switch(OTHER)
    address = "/instellingen/gegevens-collectiviteit"
    before = visit.page("/instellingen").select_one("dl")
    for relation in ({"relatie": OWN}, {}):
        answer = visit.browser.post(address, data=details | relation, headers=same_origin())
        assert answer.status_code in {409, 422}
    assert visit.page("/instellingen").select_one("dl") == before


def _details() -> dict[str, str]:
    return {
        "street": "Nieuweweg 1",
        "postal_code": "5017 zz",
        "city": "Tilburg",
        "phone": "013 555 99 99",
        "other_phone": "",
        "email": "nieuw@vanlaar-bouw.example",
    }


def test_script_of_a_page_hears_for_whom_the_session_works_now(visit: BusinessVisit) -> None:
    """So that a tab of before can tell its reader."""
    visit.switch(OTHER)
    state = visit.browser.get("/sessie").json
    assert state
    assert (state["relation"], state["relation_name"]) == (OTHER, NAMES[OTHER])


def test_role_that_was_taken_away_is_gone_after_the_next_refresh(visit: BusinessVisit) -> None:
    """Rights are those of the newest token, whatever an older one said."""
    visit.rights.roles = {OWN: frozenset({"deelnemers-beheerder"})}
    visit.clock.advance(timedelta(minutes=2))
    assert "Financiële overzichten" not in visit.menu()
    assert visit.browser.get("/onderdeel/financiele-overzichten").status_code == 403
    visit.rights.roles = {}
    visit.clock.advance(timedelta(minutes=2))
    assert "U werkt nog voor geen enkele relatie." in visit.page("/overzicht").text
    assert "Deelnemers" not in visit.menu()


def test_few_relations_are_found_without_asking_the_broker(visit: BusinessVisit) -> None:
    """The token names them all; name and number both find one."""
    for words in ("bouwplaats", OTHER):
        page = visit.page(f"/relaties?zoek={words}")
        assert [str(one["value"]) for one in page.select(".relations button")] == [OTHER]
    assert visit.provider.searches == []
    nothing = visit.page("/relaties?zoek=%3Cb%3E")
    assert "Geen relatie gevonden met ‘<b>’" in nothing.text


def test_active_relation_is_no_choice(visit: BusinessVisit) -> None:
    """It is marked; choosing it all the same asks nothing of the broker."""
    now = visit.page("/relaties").select_one(".relations .now")
    assert now
    assert NAMES[OWN] in now.text
    assert visit.press_switch(OWN).location == "/overzicht"
    assert len(visit.provider.requests) == 1


def _thousands(visit: BusinessVisit, **answer: Any) -> None:
    """The token names none any more from the next refresh on, and tells how many there are."""
    visit.rights.more["collectivities_total"] = PLENTY
    visit.clock.advance(timedelta(minutes=2))
    if answer:
        visit.provider.search_answer = answer


def _found(number: str) -> dict[str, Any]:
    roles = ["rapportage-verantwoordelijke"]
    return {"number": number, "customer_number": "K1", "name": f"Klant {number}", "roles": roles}


def test_many_relations_are_searched_at_the_broker(visit: BusinessVisit) -> None:
    """J17: with the access token, page by page; each with the roles one has there."""
    _thousands(visit, collectivities=[_found("44001"), _found("44002")], total=3, next_cursor="c/2=")
    page = visit.page("/relaties?zoek=klant")
    assert visit.provider.searches == [{"q": "klant", "limit": "25"}]
    assert [str(one["value"]) for one in page.select(".relations button")] == ["44001", "44002"]
    assert "3 relaties gevonden met ‘klant’; hieronder staan er 2" in page.text
    assert "Rapportage verantwoordelijke" in page.text
    following = page.select_one("a[rel=next]")
    assert following
    visit.page(str(following["href"]))
    assert visit.provider.searches[-1] == {"q": "klant", "limit": "25", "cursor": "c/2="}


def test_dropdown_of_somebody_with_thousands_leads_to_the_search(visit: BusinessVisit) -> None:
    """It says how many there are."""
    _thousands(visit)
    strip = _strip(visit)
    assert "5.000 relaties" in strip.text
    form = strip.select_one("form[role=search]")
    assert form
    assert form["action"] == "/relaties"


@pytest.mark.parametrize("answer", [{}, {"collectivities": []}, {"collectivities": 7, "total": "many"}])
def test_search_that_fails_says_so(visit: BusinessVisit, answer: dict[str, Any]) -> None:
    """Nobody is told that there is nothing, when it is not known."""
    _thousands(visit, **answer)
    page = visit.page("/relaties?zoek=klant", 503)
    assert "Dat lukt nu even niet." in page.text
    assert "Geen relatie gevonden" not in page.text


def test_stale_tab_of_somebody_with_thousands_still_knows_the_way_back(visit: BusinessVisit) -> None:
    """By the number alone, since no name is known."""
    link = visit.menu()["Deelnemers"]
    visit.rights.more["collectivities_total"] = PLENTY
    visit.switch(OTHER)
    stale = visit.page(link, 409)
    assert f"Terug naar relatie {OWN}" in stale.text
    assert visit.page(f"{link}<b>", 409).select("main button") == []


def test_one_relation_leaves_nothing_to_choose(rsa_key: RSAKey) -> None:
    """The name stands there without a list behind it."""
    with ExitStack() as stack:
        made = start(CZ, rsa_key, stack, Rights({OWN: EVERYTHING}))
        made.log_in()
        assert NAMES[OWN] in _strip(made).text
        assert _strip(made).select("details") == []


def test_mandate_is_shown(visit: BusinessVisit) -> None:
    """Who acts for another party reads for which."""
    visit.rights.more["represents"] = {
        "kvk": "90005528",
        "name": "Stichting Rijnstroom Zorg",
        "sub_id_type": "x",
    }
    visit.clock.advance(timedelta(minutes=2))
    assert "U handelt namens Stichting Rijnstroom Zorg (KvK 90005528)" in _strip(visit).text


def test_mandate_of_a_party_without_a_name_shows_its_number(visit: BusinessVisit) -> None:
    """Not every supplier tells the name of a company."""
    visit.rights.more["represents"] = {"kvk": "90005528", "branch": "000090055281"}
    visit.clock.advance(timedelta(minutes=2))
    told = " ".join(_strip(visit).text.split())
    assert "U handelt namens KvK 90005528" in told
    assert "(KvK" not in told


@pytest.mark.parametrize(
    "nonsense",
    [
        {"collectivity": "201104", "roles": "financieel"},
        {"collectivity": {"name": "Zonder nummer"}, "roles": [1, None]},
        {"collectivities": {"number": OWN}, "collectivities_total": "many", "organisation": [], "roles": {}},
    ],
)
def test_claims_of_another_form_give_nothing(rsa_key: RSAKey, nonsense: dict[str, Any]) -> None:
    """No page breaks, and no role comes of it."""
    with ExitStack() as stack:
        made = start(BUSINESS[-1], rsa_key, stack, Rights({OWN: frozenset()}, more=nonsense))
        made.log_in()
        assert "Borderellen" not in made.menu()
        assert made.browser.get("/onderdeel/borderellen").status_code == 403
