"""The pages a person sees while logging in. A GET shows, a POST takes a step."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from demo.digid import pages
from demo.digid.flow import LoginFlow, Refusal
from demo.digid.levels import Means, means_offered
from demo.digid.logins import AwaitingCode, AwaitingPhone, Finished, LevelTooLow, Login, Logins

COOKIE = "digid-simulator"
EXPIRED_STATUS = 410
BLOCKED_STATUS = 403

View = Callable[[Login], BaseResponse]


class LoginPages:
    """One method for each page; each gets a login that is alive and belongs to this browser."""

    def __init__(self, flow: LoginFlow, logins: Logins) -> None:
        self._flow = flow
        self._logins = logins

    def blueprint(self) -> Blueprint:
        """The pages under `/inloggen/<login>`."""
        blueprint = Blueprint("login", __name__, url_prefix="/inloggen/<login_id>")
        for rule, method, view in (
            ("", "GET", self.choose),
            ("/code", "GET", self.show_code),
            ("/code", "POST", self.enter_code),
            ("/code/opnieuw", "POST", self.send_code_again),
            ("/telefoon", "GET", self.show_waiting),
            ("/terug", "POST", self.choose_again),
            ("/annuleren", "POST", self.cancel),
            *((f"/{means.value}", "GET", self._form_of(means)) for means in Means),
            *((f"/{means.value}", "POST", self._step_of(means)) for means in Means),
        ):
            name = f"{method.lower()}{rule.replace('/', '_')}"
            blueprint.add_url_rule(rule, name, self._alive(view), methods=[method])
        return blueprint

    def choose(self, login: Login) -> BaseResponse:
        """The first page."""
        tiles = [(means.value, pages.TILES[means]) for means in means_offered(login.request.level)]
        return _page("choose.html", login, tiles=tiles)

    def show_code(self, login: Login) -> BaseResponse:
        """The form for the SMS code."""
        return _page("code.html", login) if isinstance(login.state, AwaitingCode) else _first(login)

    def enter_code(self, login: Login) -> BaseResponse:
        """Judges the SMS code."""
        result = self._flow.enter_code(login, request.form.get("code", ""), _address())
        return self._after(login, result, "code.html", pages.CODE_ERRORS)

    def send_code_again(self, login: Login) -> BaseResponse:
        """Another code."""
        return self._after(login, self._flow.send_code_again(login), "code.html", pages.CODE_ERRORS)

    def show_waiting(self, login: Login) -> BaseResponse:
        """Waits for the phone, asking again by itself."""
        if isinstance(login.state, LevelTooLow):
            return _message(login, pages.LACKS_LEVEL)
        if not isinstance(login.state, AwaitingPhone):
            return _first(login)
        return _page("waiting.html", login, card=login.state.means is Means.CARD)

    def choose_again(self, login: Login) -> BaseResponse:
        """Back to the first page from a step that is waiting for something."""
        self._flow.choose_again(login)
        return _first(login)

    def cancel(self, login: Login) -> BaseResponse:
        """Ends the login."""
        return self._onward(login, self._flow.cancel(login))

    def _form_of(self, means: Means) -> View:
        template = _template(means)

        def show(login: Login) -> BaseResponse:
            offered = means in means_offered(login.request.level)
            return _page(template, login, tile=pages.TILES[means]) if offered else _first(login)

        return show

    def _step_of(self, means: Means) -> View:
        template = _template(means)

        def step(login: Login) -> BaseResponse:
            if means not in means_offered(login.request.level):
                return _first(login)
            username = request.form.get("username", "")
            if means.on_phone:
                result = self._flow.ask_phone(login, means, username, _address())
            else:
                typed = (username, request.form.get("password", ""))
                result = self._flow.enter_password(login, means, typed, _address())
            return self._after(login, result, template, pages.PASSWORD_ERRORS, pages.TILES[means])

        return step

    def _after(
        self,
        login: Login,
        result: Login | Refusal,
        template: str,
        errors: dict[Refusal, str],
        tile: pages.Tile | None = None,
    ) -> BaseResponse:
        """The form again with what is wrong, a message, or the next page."""
        if isinstance(result, Refusal) and result in errors:
            typed = request.form.get("username", "")
            return _page(template, login, error=errors[result], tile=tile, typed=typed)
        if isinstance(result, Refusal) and result in pages.MESSAGES:
            return _message(login, pages.MESSAGES[result])
        return self._onward(login, result)

    def _onward(self, login: Login, result: Login | Refusal) -> BaseResponse:
        """Where the login stands now decides the page; asked again when somebody else moved it."""
        now = result if isinstance(result, Login) else self._logins.find(login.id)
        match now.state if now else None:
            case Finished(return_url):
                return redirect(return_url, 302)
            case AwaitingCode():
                return redirect(url_for("login.get_code", login_id=login.id), 303)
            case AwaitingPhone() | LevelTooLow():
                return redirect(url_for("login.get_telefoon", login_id=login.id), 303)
            case _:
                return _first(login)

    def _alive(self, view: View) -> Callable[[str], BaseResponse]:
        def answer(login_id: str) -> BaseResponse:
            login = self._logins.of_browser(login_id, request.cookies.get(COOKIE, ""))
            if login is None:
                return message_page(pages.EXPIRED, EXPIRED_STATUS)
            if isinstance(login.state, Finished):
                return redirect(login.state.return_url, 302)
            return view(login)

        return answer


def message_page(message: pages.Message, status: int, login: Login | None = None, why: str = "") -> Response:
    """A page with one message. `why` is for whoever builds a web service, and is said in small print."""
    body = render_template("message.html", message=message, login=login, why=why)
    return make_response(body, status)


def _message(login: Login, message: pages.Message) -> Response:
    return message_page(message, BLOCKED_STATUS if message is pages.BLOCKED else 200, login)


def _page(template: str, login: Login, **values: object) -> Response:
    return make_response(render_template(template, login=login, **values))


def _first(login: Login) -> BaseResponse:
    return redirect(url_for("login.get", login_id=login.id), 303)


def _template(means: Means) -> str:
    return "phone.html" if means.on_phone else "password.html"


def _address() -> str:
    return request.remote_addr or "0.0.0.0"
