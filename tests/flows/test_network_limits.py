"""A flood from one block of addresses: held back before it costs anything, while everybody else logs in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

import pytest
from werkzeug.test import TestResponse

from broker.storage.redis_connection import connect_redis
from tests.support.relying_party import RelyingParty
from tests.support.system import Plan, System
from tests.support.system_fixtures import SystemMaker

pytestmark = pytest.mark.flow

OFFICE, ELSEWHERE, SAME_BLOCK = "203.0.113.7", "198.51.100.9", "203.0.113.200"
SECTION = """
[limits]
logins_begun_a_minute = 5
forms_posted_a_minute = 8
refusals_noted_a_minute = 4

[sms]
"""


@pytest.fixture
def strict(plan: Plan, make_system: SystemMaker) -> Iterator[System]:
    """Few of each for a block."""
    with make_system(replace(plan, replaced={"\n[sms]\n": SECTION})) as running:
        yield running


def _ask(system: System, path: str, address: str = OFFICE, **request: object) -> TestResponse:
    headers = {"X-Forwarded-For": ELSEWHERE, "Accept-Language": "nl"}
    overrides = {"REMOTE_ADDR": address}
    query = urlsplit(path).query
    options = {"headers": headers, "environ_overrides": overrides, "query_string": query, **request}
    return system.broker_answer(f"{system.issuer}{path}", **options)


def _begin(system: System, address: str = OFFICE, **request: object) -> TestResponse:
    portal: RelyingParty = system.portal()
    return _ask(system, portal.begin().url.removeprefix(system.issuer), address, **request)


def test_block_that_begins_too_many_logins_waits(strict: System) -> None:
    """429 with the time to wait and a support code, in the visitor's language; other blocks go on."""
    assert [_begin(strict).status_code for _ in range(6)] == [303] * 5 + [429]
    held = _begin(strict, SAME_BLOCK)
    assert (held.status_code, held.mimetype) == (429, "text/html")
    assert 1 <= int(held.headers["Retry-After"]) <= 60
    page = held.get_data(as_text=True)
    assert "Het is hier nu te druk" in page
    assert 'class="support-code"' in page
    english = _begin(strict, headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "It is too busy here right now" in english
    assert _begin(strict, ELSEWHERE).status_code == 303
    strict.clock.advance(60)
    assert _begin(strict).status_code == 303


def test_flood_of_junk_is_one_event_and_stores_nothing(strict: System) -> None:
    """What is no request at all would be a row each, and what is one an attempt of its size."""
    story = strict.story()
    junk = urlencode({"client_id": "nobody", "state": "x" * 1500})
    client = connect_redis(strict.settings.broker.storage.redis_url)
    for _ in range(5):
        assert _ask(strict, f"/oauth2/authorize?{junk}").status_code == 400
    (server,) = [server for _, server in client.each_server()]
    _ask(strict, f"/oauth2/authorize?{junk}")
    keys = server.dbsize()
    for _ in range(100):
        assert _ask(strict, f"/oauth2/authorize?{junk}").status_code == 429
        assert _begin(strict).status_code == 429
    assert story.kinds() == ["authorization.refused"] * 5 + ["requests.held-back"]
    assert story.last().detail["limit"] == "logins-begun"
    assert server.dbsize() == keys
    client.close()


def test_forms_and_answers_of_providers_have_a_limit_of_their_own(strict: System) -> None:
    """Whatever they are aimed at; beginning a login is counted apart."""
    paths = ("/cz/login/none/password", "/cz/login/none/digid", "/cz/login/none/cancel", "/oauth2/logout")
    for path in paths * 2:
        assert _ask(strict, path, method="POST", data={"password": "x"}).status_code < 429
    story = strict.story()
    for path in paths:
        assert _ask(strict, path, method="POST").status_code == 429
    for answer in ("/saml/cz/digid/acs?SAMLart=junk", "/saml/zz/eherkenning/acs/continue?handle=junk"):
        assert _ask(strict, answer).status_code == 429
    assert story.kinds() == ["requests.held-back"]
    assert story.last().detail["limit"] == "forms-posted"
    assert _begin(strict).status_code == 303


def test_programs_and_probes_are_never_held(strict: System) -> None:
    """A portal's server is one address for all of its visitors; a probe comes every second."""
    for _ in range(12):
        assert _ask(strict, "/oauth2/token", method="POST").status_code in {400, 401}
        assert _ask(strict, "/oauth2/revoke", method="POST").status_code in {400, 401}
        assert _ask(strict, "/health/live").status_code == 200
        assert _ask(strict, "/health/ready").status_code == 200
    assert _begin(strict).status_code == 303


def test_programs_that_prove_nothing_do_not_fill_the_log(strict: System) -> None:
    """Each is answered, whatever came before it; of a flood a few are events, and one tells of the rest."""
    story = strict.story()
    for _ in range(10):
        assert _ask(strict, "/oauth2/token", method="POST", data={"grant_type": "x"}).status_code == 401
        assert _ask(strict, "/oauth2/userinfo").status_code == 401
    assert story.kinds() == ["tokens.refused"] * 4 + ["requests.held-back"]
    assert story.last().detail["limit"] == "programs-refused"
    assert _ask(strict, "/oauth2/userinfo", ELSEWHERE).status_code == 401
    assert story.kinds()[-1] == "tokens.refused"


def test_portal_that_proves_itself_is_written_down_beside_a_flood(strict: System) -> None:
    """Its server may stand in the block of the flood: what a client that proved itself does is an event."""
    portal: RelyingParty = strict.portal()
    for _ in range(10):
        _ask(strict, "/oauth2/token", "127.0.0.1", method="POST")
    story = strict.story()
    assert portal.redeem("A" * 43, portal.begin()).status_code == 400
    assert story.kinds() == ["tokens.refused"]
    assert story.last().client_id == portal.client_id


def test_address_is_believed_from_as_many_proxies_as_are_ours(plan: Plan, make_system: SystemMaker) -> None:
    """Behind one of ours each visitor has a block, and what a visitor writes there counts for nothing."""
    section = f"\n[http]\ntrusted_proxy_hops = 1\n{SECTION}"
    with make_system(replace(plan, replaced={"\n[sms]\n": section})) as system:
        for number in range(10):
            forwarded = {"X-Forwarded-For": f"{OFFICE}, 192.0.{number}.1"}
            assert _begin(system, "10.0.0.1", headers=forwarded).status_code == 303
        forged = [
            _begin(system, "10.0.0.1", headers={"X-Forwarded-For": f"192.0.{number}.1, {OFFICE}"}).status_code
            for number in range(6)
        ]
        assert forged == [303] * 5 + [429]


def test_office_behind_one_address_logs_in_at_once(system: System) -> None:
    """The limits as they are: a hundred logins begun and as many forms in a minute are nothing special."""
    assert {_begin(system).status_code for _ in range(100)} == {303}
    answers = [_ask(system, "/cz/login/none/digid", method="POST").status_code for _ in range(100)]
    assert 429 not in answers
