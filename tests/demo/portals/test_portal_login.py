"""Logging in at a sample portal: the happy road, its own session, and logging out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from joserfc import jws
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from tests.demo.portals.conftest import HandClock
from tests.demo.portals.honest_provider import SESSION_SECONDS, HonestProvider

LogIn = Callable[[], TestResponse]


def _words(answer: TestResponse) -> str:
    return " ".join(BeautifulSoup(answer.text, "html.parser").text.split())


def test_portal_leads_from_its_menu_to_the_broker(browser: FlaskClient, provider: HonestProvider) -> None:
    """Menu `Mijn CZ`, then `Nu inloggen`, then the broker: as people are told."""
    home = BeautifulSoup(browser.get("/").text, "html.parser")
    menu = home.select_one("nav a")
    assert menu
    assert menu.text == "Mijn CZ"
    page = BeautifulSoup(browser.get(str(menu["href"])).text, "html.parser")
    button = page.find("a", string="Nu inloggen")
    assert button
    assert browser.get(str(button["href"])).location.startswith(f"{provider.issuer}/authorize?")


def test_portal_asks_with_pkce_state_and_nonce(browser: FlaskClient) -> None:
    """The request holds what the broker demands, anew each time."""
    asked = [parse_qs(urlsplit(browser.get("/login").location).query) for _ in range(2)]
    assert asked[0]["response_type"] == ["code"]
    assert asked[0]["client_id"] == ["mijn-cz"]
    assert asked[0]["redirect_uri"] == ["http://127.0.0.1:8401/callback"]
    assert asked[0]["code_challenge_method"] == ["S256"]
    assert asked[0]["scope"] == ["openid profile"]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
        assert len(asked[0][name][0]) >= 32


def test_portal_opens_the_persons_file_after_login(log_in: LogIn, browser: FlaskClient) -> None:
    """The file opens with the header that every page after login has."""
    answer = log_in()
    assert (answer.status_code, answer.location) == (303, "/dossier")
    words = _words(browser.get("/dossier"))
    assert "Mijn dossier" in words
    # 20:30 UTC in March is 21:30 in Amsterdam, and the session lasts a quarter of an hour.
    assert "U bent ingelogd als Sanne de Vries" in words
    assert "Uw sessie beëindigt op 14-03-2031 om 21:45" in words
    assert "Contact" in words
    assert "Uitloggen" in words
    assert "Instellingen" in words


def test_portal_signs_its_assertion_for_the_broker_in_demo_time(
    log_in: LogIn, provider: HonestProvider, hand_clock: HandClock
) -> None:
    """The assertion names the issuer as its one audience and lives for a minute of the demo's clock."""
    log_in()
    (claims,) = provider.assertions
    assert (claims["iss"], claims["sub"], claims["aud"]) == ("mijn-cz", "mijn-cz", provider.issuer)
    assert claims["iat"] == int(hand_clock().timestamp())
    assert claims["exp"] - claims["iat"] == 60
    assert claims["jti"]


def test_portal_shows_the_claims_it_received(log_in: LogIn, browser: FlaskClient) -> None:
    """ID token and userinfo stand apart, as they came."""
    log_in()
    claims = browser.get("/claims").get_json()
    assert claims["id_token"]["sub"] == "pairwise-1"
    assert claims["id_token"]["assurance"] == {"scheme": "digid", "level": "midden"}
    assert claims["userinfo"] == {"sub": "pairwise-1", "email": "sanne@post.example"}


def test_portal_takes_the_name_from_userinfo_when_the_id_token_has_none(
    log_in: LogIn, browser: FlaskClient, provider: HonestProvider
) -> None:
    """Where the broker puts the name is the broker's choice."""
    provider.alter = lambda claims: {name: claims[name] for name in claims if name != "name"}
    provider.userinfo["name"] = "Henk Bakker"
    log_in()
    assert "U bent ingelogd als Henk Bakker" in _words(browser.get("/"))


def test_portal_changes_its_cookie_at_login(log_in: LogIn, browser: FlaskClient) -> None:
    """A cookie that was there before the login opens nothing after it (session fixation)."""
    browser.get("/login")
    before = browser.get_cookie("mijn-cz")
    log_in()
    after = browser.get_cookie("mijn-cz")
    assert before
    assert after
    assert before.value != after.value
    assert after.http_only
    assert after.same_site == "Lax"
    browser.set_cookie("mijn-cz", before.value)
    assert browser.get("/claims").status_code == 401


def test_portal_ends_its_session_when_the_brokers_ends(
    log_in: LogIn, browser: FlaskClient, hand_clock: HandClock
) -> None:
    """One second before the announced time all is well; at that time it is over, and said."""
    log_in()
    hand_clock.advance(timedelta(seconds=SESSION_SECONDS - 1))
    assert browser.get("/dossier").status_code == 200
    hand_clock.advance(timedelta(seconds=1))
    assert browser.get("/claims").status_code == 401
    assert "Uw sessie is beëindigd" in _words(browser.get("/dossier", follow_redirects=True))


def test_portal_keeps_strangers_out_of_the_file(browser: FlaskClient) -> None:
    """Without a login the file leads to the login page and the claims to a refusal."""
    assert browser.get("/dossier").location == "/inloggen"
    assert browser.get("/claims").get_json()["error"]["code"] == "not-logged-in"


def test_portal_logs_out_at_the_broker_by_posting_the_signed_token(
    log_in: LogIn, browser: FlaskClient, provider: HonestProvider
) -> None:
    """The hint is the inner signed token, and stands in a form: it may hold a number of a person."""
    log_in()
    answer = browser.get("/logout")
    form = BeautifulSoup(answer.text, "html.parser").select_one("form[method=post]")
    assert form
    fields = {str(one["name"]): str(one["value"]) for one in form.select("input")}
    hint = jws.deserialize_compact(fields["id_token_hint"], provider.key, algorithms=["ES256"])
    assert form["action"] == f"{provider.issuer}/logout"
    assert f"form-action 'self' {provider.issuer};" in answer.headers["Content-Security-Policy"]
    assert b"pairwise-1" in hint.payload
    assert fields["post_logout_redirect_uri"] == "http://127.0.0.1:8401/"
    assert form.select_one("button")
    assert browser.get("/claims").status_code == 401
    assert "U bent uitgelogd" in _words(browser.get("/", query_string={"state": fields["state"]}))


def test_portal_believes_no_foreign_return_from_logout(log_in: LogIn, browser: FlaskClient) -> None:
    """A made-up state says nothing."""
    log_in()
    browser.get("/logout")
    assert "U bent uitgelogd" not in _words(browser.get("/?state=é"))


def test_portal_does_not_log_out_for_another_site(log_in: LogIn, browser: FlaskClient) -> None:
    """A link elsewhere leads to a question, not to a logout."""
    log_in()
    page = browser.get("/logout", headers={"Sec-Fetch-Site": "cross-site"})
    assert "Wilt u uitloggen?" in _words(page)
    assert browser.get("/dossier").status_code == 200


def test_portal_starts_before_the_broker_and_tries_again(
    log_in: LogIn, browser: FlaskClient, provider: HonestProvider
) -> None:
    """While the broker is away the portal says so; as soon as it is there, login works."""
    provider.down = True
    answer = browser.get("/login")
    assert answer.status_code == 503
    assert "Inloggen lukt nu even niet" in _words(answer)
    provider.down = False
    assert log_in().status_code == 303


def test_portal_publishes_only_public_keys(browser: FlaskClient) -> None:
    """The private parts stay in the file."""
    keys = browser.get("/jwks").get_json()["keys"]
    assert [key["kid"] for key in keys] == ["sig-1", "enc-1"]
    assert not {"d", "p", "q", "dp", "dq", "qi"} & {part for key in keys for part in key}


def test_portal_finds_a_key_that_the_broker_changed(
    log_in: LogIn, browser: FlaskClient, provider: HonestProvider
) -> None:
    """An unknown key id makes the portal read the key set again."""
    log_in()
    provider.key = ECKey.generate_key("P-256", {"kid": "op-2"})
    assert log_in().status_code == 303


def test_portal_page_after_login_is_not_kept_by_browsers(log_in: LogIn, browser: FlaskClient) -> None:
    """The back button after logging out shows nothing personal, and no script but our own can run."""
    log_in()
    headers = browser.get("/dossier").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
    assert "script-src 'self';" in headers["Content-Security-Policy"]


def test_portal_page_before_login_runs_no_script(browser: FlaskClient) -> None:
    """There is no session to warn of yet."""
    assert "script-src" not in browser.get("/").headers["Content-Security-Policy"]
