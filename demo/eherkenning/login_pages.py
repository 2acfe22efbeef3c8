"""The pages a person sees while logging in. A GET shows, a POST takes a step."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from demo.eherkenning import pages
from demo.eherkenning.flow import LoginFlow, Refusal
from demo.eherkenning.logins import (
    AtSupplier,
    ChoosingBranch,
    ChoosingCompany,
    Finished,
    Login,
    Logins,
)
from demo.eherkenning.requests import Unsupported
from demo.eherkenning.suppliers import able

COOKIE = "eherkenning-simulator"
REMEMBERED = "eherkenning-supplier"
REMEMBERED_SECONDS = 365 * 24 * 3600
EXPIRED_STATUS = 410
BLOCKED_STATUS = 403

View = Callable[[Login], BaseResponse]


class LoginPages:
    """One method for each step; each gets a login that is alive and belongs to this browser."""

    def __init__(self, flow: LoginFlow, logins: Logins) -> None:
        self._flow = flow
        self._logins = logins

    def blueprint(self) -> Blueprint:
        """The pages under `/inloggen/<login>`."""
        blueprint = Blueprint("login", __name__, url_prefix="/inloggen/<login_id>")
        for rule, method, view in (
            ("", "GET", self.show),
            ("/leverancier", "POST", self.choose_supplier),
            ("/wachtwoord", "POST", self.enter_password),
            ("/bedrijf", "POST", self.choose_company),
            ("/vestiging", "POST", self.choose_branch),
            ("/terug", "POST", self.back),
            ("/annuleren", "POST", self.cancel),
        ):
            name = f"{method.lower()}{rule.replace('/', '_')}"
            blueprint.add_url_rule(rule, name, self._alive(view), methods=[method])
        return blueprint

    def show(self, login: Login) -> BaseResponse:
        """The page of where the login stands."""
        return make_response(_page(login))

    def choose_supplier(self, login: Login) -> BaseResponse:
        """Goes to the supplier that was chosen, and remembers it when that was asked."""
        chosen = request.form.get("leverancier", "")
        response = self._after(login, self._flow.choose_supplier(login, chosen))
        if request.form.get("onthouden"):
            response.set_cookie(REMEMBERED, chosen, max_age=REMEMBERED_SECONDS, httponly=True, samesite="Lax")
        else:
            response.delete_cookie(REMEMBERED)
        return response

    def enter_password(self, login: Login) -> BaseResponse:
        """Judges user name and password."""
        typed = request.form.get("username", ""), request.form.get("password", "")
        return self._after(login, self._flow.enter_password(login, *typed))

    def choose_company(self, login: Login) -> BaseResponse:
        """For whom."""
        return self._after(login, self._flow.choose_company(login, request.form.get("bedrijf", "")))

    def choose_branch(self, login: Login) -> BaseResponse:
        """For which place."""
        return self._after(login, self._flow.choose_branch(login, request.form.get("vestiging", "")))

    def back(self, login: Login) -> BaseResponse:
        """To the suppliers."""
        return self._after(login, self._flow.back(login))

    def cancel(self, login: Login) -> BaseResponse:
        """Ends the login."""
        return self._after(login, self._flow.cancel(login))

    def _after(self, login: Login, result: Login | Refusal) -> BaseResponse:
        """The form again with what is wrong, a message, or the page of where the login stands now."""
        if isinstance(result, Refusal) and result in pages.ERRORS:
            return make_response(_page(login, pages.ERRORS[result]))
        if isinstance(result, Refusal) and result in pages.MESSAGES:
            message = pages.MESSAGES[result]
            return message_page(message, BLOCKED_STATUS if message is pages.BLOCKED else 200, login=login)
        now = result if isinstance(result, Login) else self._logins.find(login.id)
        if now is not None and isinstance(now.state, Finished):
            return leave(now.state)
        return redirect(url_for("login.get", login_id=login.id), 303)

    def _alive(self, view: View) -> Callable[[str], BaseResponse]:
        def answer(login_id: str) -> BaseResponse:
            login = self._logins.of_browser(login_id, request.cookies.get(COOKIE, ""))
            if login is None:
                return message_page(pages.EXPIRED, EXPIRED_STATUS)
            if isinstance(login.state, Finished):
                return leave(login.state)
            return view(login)

        return answer


def message_page(message: pages.Message, status: int, why: str = "", login: Login | None = None) -> Response:
    """A page with one message. `why` is for whoever builds a service, and is said in small print."""
    body = render_template("message.html", message=message, login=login, why=why)
    return make_response(body, status)


def _page(login: Login, error: str | None = None) -> str:
    if isinstance(login.asked, Unsupported):
        return render_template("message.html", message=pages.UNSUPPORTED, login=login, why=login.asked.rule)
    values: dict[str, object] = {"login": login, "error": error}
    match login.state:
        case AtSupplier():
            return render_template("password.html", typed=request.form.get("username", ""), **values)
        case ChoosingCompany():
            return render_template("company.html", **values)
        case ChoosingBranch():
            return render_template("branch.html", **values)
        case _:
            return render_template(
                "choose.html",
                suppliers=able(login.asked.level),
                remembered=request.cookies.get(REMEMBERED),
                **values,
            )


def leave(finished: Finished) -> BaseResponse:
    """Brings the answer: by a redirect, or by a form that sends itself where scripts may run."""
    if finished.fields is None:
        return redirect(finished.url, 302)
    return make_response(render_template("post.html", finished=finished))
