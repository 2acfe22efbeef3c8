"""What is kept about people is sealed: a copy of Redis and of the database tells nothing (A60, A65)."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from lxml import etree

from tests.support.at_work import Worker
from tests.support.browser import filled
from tests.support.saml.signers import SAML, SAMLP
from tests.support.system import Plan, System, digid_of, someone
from tests.support.system_fixtures import SystemMaker

pytestmark = pytest.mark.flow

SESSION_COOKIE = "__Host-voordeur-session-cz"


def _everything_in_redis(system: System) -> bytes:
    kept = []
    for _name, server in system.stores.redis.each_server():
        for key in server.scan_iter():
            kept += [key, server.dump(key) or b"", *_values(server, key)]
    return b"\n".join(kept)


def _values(server: object, key: bytes) -> list[bytes]:
    kind = server.type(key)  # type: ignore[attr-defined] # redis-py's client
    if kind == b"hash":
        return [part for pair in server.hgetall(key).items() for part in pair]  # type: ignore[attr-defined] # as above
    return [server.get(key)] if kind == b"string" else []  # type: ignore[attr-defined] # as above


def _everything_in_the_database(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("voordeur.sqlite3*"))


def test_stores_hold_nothing_of_a_person_in_the_middle_of_a_login(
    plan: Plan, make_system: SystemMaker, tmp_path: Path
) -> None:
    """One person is logged in, another is at DigiD; neither can be read from the stores, nor can a secret."""
    with make_system(plan) as system:
        portal, browser = system.portal(), system.browser()
        attempt = portal.begin()
        code = portal.answer(system.log_in(browser, attempt.url))["code"]
        other = system.browser()
        other.open(portal.begin(login_hint="henk.bakker@post.example").url)
        other.press("Inloggen met DigiD")
        kept = _everything_in_redis(system) + _everything_in_the_database(tmp_path)
        assert len(kept) > 10_000
        session = browser.cookies(system.issuer)[SESSION_COOKIE]
        attempt_secret = next(iter(other.cookies(system.issuer).values())).partition(".")[2]
        for what, secret in {
            "bsn": digid_of("sanne").bsn,
            "bsn of an account": digid_of("henk").bsn,
            "name": someone("sanne").name,
            "mail": "sanne.devries",
            "hint": "henk.bakker",
            "code": code,
            "state": attempt.state,
            "session secret": session.partition(".")[2],
            "attempt secret": attempt_secret,
            "sms code": system.phone.last_code() + ".",
        }.items():
            assert secret.encode() not in kept, what


def test_what_names_a_login_at_eherkenning_is_sealed_until_it_is_gone(
    plan: Plan, make_system: SystemMaker, tmp_path: Path
) -> None:
    """NameID and SessionIndex: with the session, behind the button of the logout, and after it is pressed."""
    with make_system(plan) as system:
        worker = Worker(system, "anouk")
        worker.bound()
        hint = worker.tokens().id_token
        stages = [_everything_in_redis(system)]
        worker.browser.post_from_elsewhere(f"{system.issuer}/oauth2/logout", {"id_token_hint": hint})
        button = filled(worker.page.form("Uitloggen bij eHerkenning"), "Uitloggen bij eHerkenning")
        stages.append(_everything_in_redis(system))
        worker.browser.press("Uitloggen bij eHerkenning")
        sent = filled(worker.page.form("Doorgaan"), "Doorgaan")
        stages.append(_everything_in_redis(system) + _everything_in_the_database(tmp_path))
    request = etree.fromstring(base64.b64decode(sent["SAMLRequest"]))
    names = {
        "name id": request.findtext(f"{{{SAML}}}NameID"),
        "session index": request.findtext(f"{{{SAMLP}}}SessionIndex"),
        "request id": request.get("ID"),
        "relay state": sent["RelayState"],
        "handle": button["handle"],
    }
    for what, secret in names.items():
        assert secret, what
        assert all(secret.encode() not in kept for kept in stages), what
