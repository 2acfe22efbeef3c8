"""Where the browser goes after a provider's answer that is not the end: back, or one step on."""

from __future__ import annotations

from flask import make_response, redirect, request
from flask.typing import ResponseReturnValue

from broker.login.received import NotAuthenticated
from broker.login.transaction import LoginTransaction
from broker.web import cookies
from broker.web.attempt_addresses import choice_address, collectivity_address, second_factor_address
from broker.web.login_pages import LoginPages


def back_to_choice(
    pages: LoginPages, received: NotAuthenticated, *, support_code: str | None
) -> ResponseReturnValue:
    """The login page again, with what happened."""
    transaction = received.transaction
    pages.login.transactions.start_over(transaction, received.notice, support_code)
    return redirect(choice_address(transaction.brand, transaction.id), 303)


def back_without_session(
    pages: LoginPages, received: NotAuthenticated, *, support_code: str | None
) -> ResponseReturnValue:
    """As `back_to_choice`; a login that failed leaves no older one running (KVS 3.x)."""
    response = make_response(back_to_choice(pages, received, support_code=support_code))
    if end_running(pages, received.transaction.brand):
        cookies.forget_session(response, received.transaction.brand)
    return response


def end_running(pages: LoginPages, brand: str) -> bool:
    """End the session that this browser still had; whether there was one."""
    session = pages.sessions.find(brand, cookies.session_value(request, brand), now=pages.clock())
    if session is not None:
        pages.answers.end_session(session, reason="other-login-failed")
    return session is not None


def to_second_factor(transaction: LoginTransaction) -> ResponseReturnValue:
    """To the page of the second factor."""
    return redirect(second_factor_address(transaction.brand, transaction.id), 303)


def to_collectivity(transaction: LoginTransaction) -> ResponseReturnValue:
    """To the page where a collectivity is chosen."""
    return redirect(collectivity_address(transaction.brand, transaction.id), 303)
