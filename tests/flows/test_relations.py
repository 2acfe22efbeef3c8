"""Logging in for a collectivity: which one, with which roles, and switching (J6, J14, J16, J17, J36, J37)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from broker.domain.collectivity import ContactDetails, PostalAddress
from tests.support.browser import filled
from tests.support.business import IZA, VGZ
from tests.support.related import (
    Related,
    asked_silently,
    details,
    entered,
    pass_login,
    redeemed,
    running_related,
    switched,
)
from tests.support.relations import MANAGER, MEMBERS, REPORTS

pytestmark = pytest.mark.flow


@pytest.fixture(scope="module")
def related(
    tmp_path_factory: pytest.TempPathFactory, demo_pki: Path, sqlite_template: bytes
) -> Iterator[Related]:
    """One system for all tests here: each has people and collectivities of its own."""
    with running_related(tmp_path_factory.mktemp("related"), demo_pki, sqlite_template) as made:
        yield made


def test_only_collectivity_is_taken_without_asking(related: Related) -> None:
    """J37: who, how sure, for which collectivity with which roles, of which organisation."""
    place = related.collectivity("Korenaar Utrecht")
    person = related.with_roles((place, (REPORTS, MANAGER)))
    claims = entered(person).claims
    number, customer = place.number.number, place.customer_number.number
    named = {"number": number, "customer_number": customer, "name": "Korenaar Utrecht"}
    assert claims["collectivity"] == named
    assert claims["collectivities"] == [{**named, "roles": [MANAGER, REPORTS]}]
    assert claims["roles"] == [MANAGER, REPORTS]
    assert claims["organisation"] == {"kvk": "90001354", "name": "Bakkerij De Korenaar B.V."}
    assert claims["account_type"] == "business"
    assert "collectivities_total" not in claims
    assert "roles_withheld" not in claims


def test_how_the_collectivity_is_reached_is_told_by_userinfo_alone(related: Related) -> None:
    """J30a: of the one that the tokens are for, and as it is at this moment."""
    place = PostalAddress("Dorpsstraat 1", "1234 AB", "Ons Dorp")
    first = related.collectivity(
        "Met adres", contact=ContactDetails(place, ("088 1", "088 2"), "a@b.example")
    )
    second = related.collectivity("Zonder adres")
    person = related.with_roles((first, (MANAGER,)), (second, (MANAGER,)))
    grant = entered(person, authorization_details=details(first.number.number))
    assert "collectivity_details" not in grant.claims
    assert "collectivity_details" not in grant.introspect()
    told = grant.userinfo()
    assert told is not None
    assert told["collectivity_details"] == {
        "phones": ["088 1", "088 2"],
        "address": {"street": "Dorpsstraat 1", "postal_code": "1234 AB", "city": "Ons Dorp"},
        "email": "a@b.example",
    }
    related.registry.collectivities.put_collectivity(
        replace(first, contact=ContactDetails(email="c@d.example"))
    )
    changed = grant.userinfo()
    assert changed is not None
    assert changed["collectivity_details"] == {"phones": [], "email": "c@d.example"}
    elsewhere = switched(grant, second.number.number).userinfo()
    assert elsewhere is not None
    assert "collectivity_details" not in elsewhere


def test_several_collectivities_are_asked_for_once_and_remembered(related: Related) -> None:
    """J6, J36: one user name for all of them; the next login begins where the last one worked."""
    first, second = related.collectivity("Eerste bakkerij"), related.collectivity("Tweede bakkerij")
    person = related.with_roles((first, (MANAGER,)), (second, (MEMBERS,)))
    pass_login(person)
    assert person.page.heading == "Kies een zakelijke relatie"
    assert not person.has_session
    person.browser.press("Tweede bakkerij", number=second.number.number)
    claims = redeemed(person).claims
    assert claims["collectivity"]["number"] == second.number.number
    assert claims["roles"] == [MEMBERS]
    assert [one["number"] for one in claims["collectivities"]] == [first.number.number, second.number.number]
    again = entered(person.elsewhere()).claims
    assert again["collectivity"]["number"] == second.number.number


def test_code_that_no_portal_redeems_moves_nobody(related: Related) -> None:
    """Any page can open an address that asks for another collectivity; only the portal redeems the code."""
    first, second = related.collectivity("Echte keuze"), related.collectivity("Van een vreemde pagina")
    person = related.with_roles((first, (MANAGER,)), (second, (MANAGER,)))
    entered(person, authorization_details=details(first.number.number))
    opened = asked_silently(person, None, authorization_details=details(second.number.number))
    assert "code" in opened
    assert entered(person.elsewhere()).claims["collectivity"]["name"] == first.name


def test_page_of_choice_speaks_english(related: Related) -> None:
    """Both languages, roles included."""
    places = [related.collectivity(name) for name in ("Alpha", "Beta")]
    person = related.with_roles(*((place, (REPORTS,)) for place in places), language="en")
    person.arrive()
    person.browser.press("Log in", email=person.account.email, password="drie groene olifanten")
    person.system.clock.advance(30)
    person.browser.press("Confirm code", code=person.app_code())
    assert person.page.heading == "Choose a business relation"
    assert "Reporting officer" in person.page.text


def test_page_of_choice_searches_and_turns_pages(related: Related) -> None:
    """J17: an intermediary finds one client among many, without a script."""
    places = [related.collectivity(f"Klant {number:02d}") for number in range(25)]
    person = related.with_roles(*((place, (MANAGER,)) for place in places))
    pass_login(person)
    assert "25 zakelijke relaties" in person.page.text
    assert "Klant 24" not in person.page.text
    person.browser.follow("Volgende")
    assert "Klant 24" in person.page.text
    assert "Klant 03" not in person.page.text
    here = person.page.url.partition("?")[0]
    person.browser.open(f"{here}?q=klant+24")
    assert "1 zakelijke relatie gevonden" in person.page.text
    person.browser.open(f"{here}?q=zzz")
    assert "Wij vonden geen zakelijke relatie" in person.page.text
    assert person.browser.open(f"{here}?after=%25").status == 200
    person.browser.open(f"{here}?q=24")
    person.browser.press("Klant 24", number=places[24].number.number)
    claims = redeemed(person).claims
    assert claims["collectivity"]["number"] == places[24].number.number
    assert len(claims["collectivities"]) == 25


def test_collectivity_of_somebody_else_cannot_be_chosen(related: Related) -> None:
    """The button's value is only a wish."""
    places = [related.collectivity(name) for name in ("Een", "Twee")]
    foreign = related.collectivity("Van een ander")
    person = related.with_roles(*((place, (MANAGER,)) for place in places))
    pass_login(person)
    story = person.system.story()
    page = person.browser.press("Een", number=foreign.number.number)
    assert page.status == 403
    assert page.heading == "Voor deze zakelijke relatie kunt u niet werken"
    assert "access.refused" in [event.kind for event in story.events()]
    assert not person.has_session


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        (None, {"Sec-Fetch-Site": "same-origin"}),
        ("of another browser", {"Sec-Fetch-Site": "same-origin"}),
        ("own", {"Sec-Fetch-Site": "cross-site"}),
        ("own", {"Origin": "null"}),
    ],
)
def test_choice_that_is_not_from_our_own_page_is_refused(
    related: Related, token: str | None, headers: dict[str, str]
) -> None:
    """Cookies, address and number are right, and still nothing happens; the log knows (B4-18)."""
    places = [related.collectivity(name) for name in ("Echt", "Ook echt")]
    person, other = (related.with_roles(*((place, (MANAGER,)) for place in places)) for _ in range(2))
    for one in (person, other):
        pass_login(one)
    own, foreign = (filled(one.page.form("Echt"), "")["csrf_token"] for one in (person, other))
    fields = {"number": places[0].number.number}
    if token is not None:
        fields["csrf_token"] = own if token == "own" else foreign
    url, story = person.page.url, person.system.story()
    cookie = {"Cookie": person.browser.cookie_header(url)}
    answer = person.system.broker_answer(url, method="POST", data=fields, headers=cookie | headers)
    assert answer.status_code == 403
    assert story.kinds() == ["request.forged"]
    person.browser.press("Echt", number=places[0].number.number)
    assert redeemed(person).claims["collectivity"]["number"] == places[0].number.number


def test_somebody_without_a_role_reads_which_one_and_whom_to_ask(related: Related) -> None:
    """J16: the role that is missing, a colleague who may give it, and the desk."""
    place = related.collectivity("Zonder rol")
    person = related.colleague()
    related.registry.give(person.account, place)
    story = person.system.story()
    pass_login(person)
    page = person.page
    assert page.status == 403
    assert page.heading == "U heeft hier geen toegang"
    for words in (
        "Rapportage verantwoordelijke",
        "uw collega met de rol Functioneel beheerder",
        "CZ Bedrijvendesk: 088 000 00 02 of bedrijvendesk@cz.example",
    ):
        assert words in page.text
    assert not person.has_session
    refused = [event for event in story.events() if event.kind == "access.refused"]
    assert [event.account_id for event in refused] == [person.account.id]


def test_refusal_on_the_page_of_choice_is_written_down_once(related: Related) -> None:
    """Roles that are taken away while somebody chooses: the look that finds so ends the attempt."""
    places = [related.collectivity(name) for name in ("Weg een", "Weg twee")]
    person = related.with_roles(*((place, (MEMBERS,)) for place in places))
    pass_login(person)
    assert person.page.heading == "Kies een zakelijke relatie"
    here = person.page.url
    for place in places:
        related.registry.collectivities.remove_member(person.account.id, place.id)
    story = person.system.story()
    assert person.browser.open(here).heading == "U heeft hier geen toegang"
    assert sorted(story.kinds()) == ["access.refused", "login.refused"]
    assert person.browser.open(here).status == 400
    assert len(story.kinds()) == 2


def test_portal_hears_without_a_page_that_somebody_has_no_role(related: Related) -> None:
    """A session that serves one portal opens no other for which the role is missing."""
    place = related.collectivity("Alleen rapportages")
    person = related.with_roles((place, (REPORTS,)))
    entered(person)
    elsewhere = person.at(IZA)
    assert asked_silently(elsewhere, None)["error"] == "access_denied"
    assert elsewhere.arrive().heading == "U heeft hier geen toegang"


def test_portal_of_the_brand_hears_of_its_own_roles_alone(related: Related) -> None:
    """One login, two portals, two stories: each gets what opens it."""
    both, reports = related.collectivity("Beide"), related.collectivity("Rapportages")
    person = related.with_roles((both, (MANAGER, MEMBERS)), (reports, (REPORTS,)))
    pass_login(person)
    person.browser.press("Beide", number=both.number.number)
    assert redeemed(person).claims["roles"] == [MANAGER, MEMBERS]
    there = person.at(IZA)
    there.arrive()
    claims = redeemed(there).claims
    assert claims["roles"] == [MEMBERS]
    assert [one["number"] for one in claims["collectivities"]] == [both.number.number]


def test_switching_gives_new_tokens_and_kills_the_old_ones(related: Related) -> None:
    """J14: the portal acts for the other one now, with the roles there and none of those of before."""
    first, second = related.collectivity("Van"), related.collectivity("Naar")
    person = related.with_roles((first, (MANAGER,)), (second, (MEMBERS,)))
    pass_login(person)
    person.browser.press("Van", number=first.number.number)
    before = redeemed(person)
    story = person.system.story()
    after = switched(before, second.number.number)
    assert after.claims["collectivity"]["number"] == second.number.number
    assert after.claims["roles"] == [MEMBERS]
    assert after.claims["sid"] == before.claims["sid"]
    assert after.claims["sub"] == before.claims["sub"]
    assert before.userinfo() is None
    assert before.refresh() is None
    assert before.introspect() == {"active": False}
    assert before.search()[0] == 401
    userinfo = after.userinfo()
    assert userinfo is not None
    assert userinfo["roles"] == [MEMBERS]
    assert "relation.switched" in [event.kind for event in story.events()]
    assert entered(person.elsewhere()).claims["collectivity"]["number"] == second.number.number


def test_two_tabs_with_two_collectivities_do_not_mix(related: Related) -> None:
    """What is chosen belongs to the tokens: each tab goes on, refreshes and switches by itself."""
    first, second, third = (related.collectivity(name) for name in ("Tab een", "Tab twee", "Tab drie"))
    person = related.with_roles((first, (MANAGER,)), (second, (MEMBERS,)), (third, (REPORTS,)))
    one = entered(person, authorization_details=details(first.number.number))
    person.arrive(prompt="none", authorization_details=details(second.number.number))
    two = redeemed(person)
    refreshed = one.refresh()
    assert refreshed is not None
    assert refreshed.claims["collectivity"]["number"] == first.number.number
    assert refreshed.claims["roles"] == [MANAGER]
    kept = two.userinfo()
    assert kept is not None
    assert kept["collectivity"]["number"] == second.number.number
    renewed = asked_silently(person, refreshed.hint)
    assert "code" in renewed
    assert redeemed(person).claims["collectivity"]["number"] == first.number.number
    three = switched(refreshed, third.number.number)
    assert three.claims["roles"] == [REPORTS]
    assert refreshed.userinfo() is None
    assert two.userinfo() == kept


@pytest.mark.parametrize("other", ["unknown", "not reachable", "other brand"])
def test_collectivity_out_of_reach_is_one_answer(related: Related, other: str) -> None:
    """Nobody learns whether it exists, and the tokens of before go on."""
    mine, theirs = related.collectivity("Van mij"), related.collectivity("Van hen")
    abroad = related.collectivity("Van een ander merk", brand="vgz")
    person = related.with_roles((mine, (MANAGER,)))
    before = entered(person)
    number = {"unknown": "0", "not reachable": theirs.number.number, "other brand": abroad.number.number}[
        other
    ]
    answer = asked_silently(person, before.hint, authorization_details=details(number))
    assert answer["error"] == "access_denied"
    assert answer["error_description"] == "the person has no role for this at this portal"
    assert before.userinfo() is not None
    shown = person.arrive(authorization_details=details(number))
    assert shown.heading == "Voor deze zakelijke relatie kunt u niet werken"


def test_hint_of_somebody_else_switches_nothing(related: Related) -> None:
    """The browser's person is not the hint's: nothing is given, and both keep what they have."""
    place = related.collectivity("Gedeeld")
    ann, bob = (related.with_roles((place, (MANAGER,))) for _ in range(2))
    of_ann, of_bob = entered(ann), entered(bob)
    answer = asked_silently(bob, of_ann.hint, authorization_details=details(place.number.number))
    assert answer["error"] == "login_required"
    assert of_ann.userinfo() is not None
    assert of_bob.userinfo() is not None


def test_switching_without_a_session_asks_for_a_login(related: Related) -> None:
    """A hint opens nothing."""
    place = related.collectivity("Uitgelogd")
    person = related.with_roles((place, (MANAGER,)))
    hint = entered(person).hint
    answer = asked_silently(person.elsewhere(), hint, authorization_details=details(place.number.number))
    assert answer["error"] == "login_required"


def test_silent_request_that_needs_a_choice_says_so(related: Related) -> None:
    """Nothing may be shown, and nothing tells which one it is to be."""
    places = [related.collectivity(name) for name in ("Keus een", "Keus twee")]
    person = related.with_roles(*((place, (MEMBERS,)) for place in places))
    entered(person, authorization_details=details(places[0].number.number))
    assert "code" in asked_silently(person.at(IZA), None)
    related.registry.collectivities.remove_member(person.account.id, places[0].id)
    related.registry.give(person.account, related.collectivity("Keus drie"), MEMBERS)
    assert asked_silently(person.at(IZA), None)["error"] == "interaction_required"


def test_running_session_is_asked_to_choose_again(related: Related) -> None:
    """`prompt=select_account` shows the list; the session goes on."""
    places = [related.collectivity(name) for name in ("Weer een", "Weer twee")]
    person = related.with_roles(*((place, (MEMBERS,)) for place in places))
    one = entered(person, authorization_details=details(places[0].number.number))
    related.registry.collectivities.remove_member(person.account.id, places[0].id)
    related.registry.give(person.account, related.collectivity("Weer drie"), MEMBERS)
    there = person.at(IZA)
    assert there.arrive().heading == "Kies een zakelijke relatie"
    there.browser.press("Weer drie", number=related.collectivity("Nergens").number.number)
    assert there.page.status == 403
    assert there.arrive().heading == "Kies een zakelijke relatie"
    there.browser.press("Weer twee", number=places[1].number.number)
    claims = redeemed(there).claims
    assert claims["collectivity"]["number"] == places[1].number.number
    assert claims["sid"] == one.claims["sid"]


def test_ended_role_is_gone_from_tokens_userinfo_introspection_and_search(related: Related) -> None:
    """At once, and the last one takes the tokens along."""
    place, other = related.collectivity("Ingetrokken"), related.collectivity("Gebleven")
    person = related.with_roles((place, (MANAGER, MEMBERS)), (other, (MANAGER,)))
    grant = entered(person, authorization_details=details(place.number.number))
    assert grant.introspect()["roles"] == [MANAGER, MEMBERS]
    related.registry.grants.end(person.account.id, place.id, MANAGER)
    told = grant.userinfo()
    assert told is not None
    assert told["roles"] == [MEMBERS]
    assert grant.introspect()["roles"] == [MEMBERS]
    found = {one["number"]: one["roles"] for one in grant.search()[1]["collectivities"]}
    assert found == {place.number.number: [MEMBERS], other.number.number: [MANAGER]}
    refreshed = grant.refresh()
    assert refreshed is not None
    assert refreshed.claims["roles"] == [MEMBERS]
    related.registry.grants.end(person.account.id, place.id, MEMBERS)
    assert refreshed.userinfo() is None
    assert refreshed.introspect() == {"active": False}
    assert refreshed.search()[0] == 401
    assert refreshed.refresh() is None
    person.arrive()
    assert redeemed(person).claims["collectivity"]["number"] == other.number.number


def test_search_tells_names_roles_and_organisations_page_by_page(related: Related) -> None:
    """The portal's dropdown: by name or number, with a total and a cursor."""
    places = [related.collectivity(f"Zoek {number:02d}", organisation="Zoekers B.V.") for number in range(30)]
    person = related.with_roles(*((place, (MANAGER,)) for place in places))
    grant = entered(person, authorization_details=details(places[0].number.number))
    assert "collectivities" not in grant.claims
    assert grant.claims["collectivities_total"] == 30
    status, page = grant.search(q="zoek", limit="10")
    assert status == 200
    assert page["total"] == 30
    assert len(page["collectivities"]) == 10
    assert page["collectivities"][0] == {
        "number": places[0].number.number,
        "customer_number": places[0].customer_number.number,
        "name": "Zoek 00",
        "organisation": {"kvk": "90001354", "name": "Zoekers B.V."},
        "roles": [MANAGER],
    }
    _, following = grant.search(q="zoek", limit="10", cursor=page["next_cursor"])
    assert [one["name"] for one in following["collectivities"]] == [
        f"Zoek {number}" for number in range(10, 20)
    ]
    _, last = grant.search(q=places[29].number.number)
    assert [one["name"] for one in last["collectivities"]] == ["Zoek 29"]
    assert "next_cursor" not in last


@pytest.mark.parametrize(
    "asked",
    [{"limit": "0"}, {"limit": "-1"}, {"limit": "x"}, {"cursor": "%"}, {"q": "x" * 101}, {"limit": "1000"}],
)
def test_search_that_cannot_be_understood_is_refused(related: Related, asked: dict[str, str]) -> None:
    """400 in the words of RFC 6750."""
    person = related.with_roles((related.collectivity("Onbegrepen"), (MANAGER,)))
    status, body = entered(person).search(**asked)
    assert status == 400
    assert body["error"] == "invalid_request"


def test_search_without_a_token_or_with_one_in_the_address_is_refused(related: Related) -> None:
    """As at userinfo."""
    person = related.with_roles((related.collectivity("Zonder token"), (MANAGER,)))
    grant = entered(person)
    system = person.system
    bare = system.broker_answer(f"{system.issuer}/oauth2/collectivities", method="GET")
    assert bare.status_code == 401
    assert "Bearer" in bare.headers["WWW-Authenticate"]
    status, body = grant.search(access_token=str(grant.body["access_token"]))
    assert (status, body["error"]) == (400, "invalid_request")


def test_role_that_takes_more_is_withheld_until_the_login_is_strong_enough(related: Related) -> None:
    """Policy: portal x role; a text message brings no role that takes an app."""
    place = related.collectivity("Niveau", brand="vgz")
    person = related.business.colleague(VGZ).with_phone()
    related.registry.give(person.account, place, REPORTS, MEMBERS)
    person.log_in()
    person.browser.press("Code bevestigen", code=related.business.worker.last_code())
    weak = redeemed(person).claims
    assert (weak["roles"], weak["roles_withheld"]) == ([MEMBERS], [REPORTS])
    assert weak["collectivities"][0]["roles"] == [MEMBERS]
    person.with_app()
    person.arrive(acr_values="urn:voordeur:loa:password-totp")
    person.browser.press("Code bevestigen", code=person.app_code())
    strong = redeemed(person).claims
    assert strong["roles"] == [REPORTS, MEMBERS]
    assert "roles_withheld" not in strong
    assert strong["sid"] == weak["sid"]


def test_collectivity_without_a_role_that_counts_yet_is_named_and_no_more(related: Related) -> None:
    """The portal hears where it is, and what a stronger login would bring; neither details nor a search."""
    contact = ContactDetails(phones=("071 123 45 67",), email="geheim@bedrijf.example")
    there = related.collectivity("Niveau nul", brand="vgz", contact=contact)
    other = related.collectivity("Niveau een", brand="vgz")
    person = related.business.colleague(VGZ)
    related.registry.give(person.account, there, REPORTS)
    related.registry.give(person.account, other, REPORTS, MEMBERS)
    person.log_in()
    person.browser.press("Niveau nul", number=there.number.number)
    weak = redeemed(person)
    assert weak.claims["collectivity"]["number"] == there.number.number
    assert (weak.claims["roles"], weak.claims["roles_withheld"]) == ([], [REPORTS])
    told = weak.userinfo()
    assert told is not None
    assert "collectivity_details" not in told
    status, found = weak.search()
    listed = [(one["number"], one["roles"]) for one in found["collectivities"]]
    assert (status, listed, found["total"]) == (200, [(other.number.number, [MEMBERS])], 1)
    assert [one["number"] for one in weak.claims["collectivities"]] == [other.number.number]
    assert weak.search(q=there.number.number)[1] == {"collectivities": [], "total": 0}


def test_action_raises_the_login_and_is_told_back(related: Related) -> None:
    """Policy: portal x role x action; what is granted stands in the answer, the token and introspection."""
    place = related.collectivity("Actie")
    person = related.with_roles((place, (REPORTS,)))
    grant = entered(person, authorization_details=details(place.number.number, "download-report"))
    granted = [{"type": "collectivity", "identifier": place.number.number, "actions": ["download-report"]}]
    assert grant.body["authorization_details"] == granted
    assert grant.introspect()["authorization_details"] == granted
    refused = asked_silently(
        person, grant.hint, authorization_details=details(place.number.number, "change-member")
    )
    assert refused["error"] == "access_denied"
    assert grant.userinfo() is not None


@pytest.mark.parametrize(
    "asked",
    [
        "{}",
        "[]",
        "[1]",
        "x",
        '[{"type": "collectivity"}]',
        '[{"type": "payment", "identifier": "1"}]',
        '[{"type": "collectivity", "identifier": 1}]',
        '[{"type": "collectivity", "identifier": "\\ud800"}]',
        '[{"type": "collectivity", "identifier": "1", "privileges": ["all"]}]',
        '[{"type": "collectivity", "identifier": "1", "actions": ["fly"]}]',
        '[{"type": "collectivity", "identifier": "1", "identifier": "2"}]',
        '[{"type": "collectivity", "identifier": "1"}, {"type": "collectivity", "identifier": "2"}]',
    ],
)
def test_authorization_details_that_are_not_ours_are_refused(related: Related, asked: str) -> None:
    """RFC 9396 5: unknown types, fields and values."""
    person = related.colleague()
    assert (
        asked_silently(person, None, authorization_details=asked)["error"] == "invalid_authorization_details"
    )


def test_discovery_names_the_search_endpoint_and_the_type(related: Related) -> None:
    """Portals need not guess."""
    system = related.business.system
    document = system.broker_answer(f"{system.issuer}/.well-known/openid-configuration").json
    assert document is not None
    assert document["collectivities_endpoint"] == f"{system.issuer}/oauth2/collectivities"
    assert document["authorization_details_types_supported"] == ["collectivity"]
    assert {"collectivities", "collectivity", "roles", "organisation"} <= set(document["claims_supported"])
