"""`Mijn rekeningnummer`: for the insured person alone, so that an employer is never offered it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from demo.portals.bank_account import BankAccounts, in_groups, parse_iban
from demo.portals.context import PortalContext
from demo.serving import refuse_foreign_posts

LONGEST_IBAN = 60


def create_bank_account_pages(context: PortalContext) -> Blueprint:
    """One page; the claim `account_type` says whether somebody may have it, at whatever portal."""
    pages = Blueprint("bank_account", __name__)
    pages.before_request(refuse_foreign_posts)
    pages.before_request(context.keep_alive)
    accounts = BankAccounts()

    @pages.route("/rekeningnummer", methods=["GET", "POST"])
    def number() -> Response | str | tuple[str, int]:
        login = context.login()
        if login is None:
            return redirect(context.way_in, 303)
        if not login.is_of_insured_person:
            return render_template("bank_account_refused.html"), 403
        if request.method == "GET":
            return _page(in_groups(accounts.of(login.subject)))
        typed = request.form.get("rekeningnummer", "")[:LONGEST_IBAN]
        iban = parse_iban(typed)
        if iban is None:
            return _page(in_groups(accounts.of(login.subject)), typed=typed), 422
        accounts.change(login.subject, iban)
        return redirect(url_for("bank_account.number", gewijzigd="ja"), 303)

    return pages


def _page(now: str, typed: str | None = None) -> str:
    changed = request.args.get("gewijzigd") == "ja" and typed is None
    return render_template("bank_account.html", now=now, typed=typed, changed=changed)
