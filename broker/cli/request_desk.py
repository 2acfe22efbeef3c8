"""`broker account requests|decide`: who asked for an account and waits, and what they are told."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from broker.cli.options import brand_option, config_option, language_option, read_settings, require_brand
from broker.wiring.stores import opened_stores

if TYPE_CHECKING:
    from broker.accounts.requesting.desk import RequestDesk, WaitingRequest

_REFUSED = 1
_SAID = {
    "unknown": "No such request is waiting at this brand.",
    "no-account": (
        "No account owns the applicant's address yet: make it first, with its rights "
        "(`broker account add`, `broker import`), then approve."
    ),
}


@click.command()
@config_option
@brand_option
def requests(config: Path, brand: str) -> None:
    """Print who asked for an account by eHerkenning and is waiting, oldest first; the reading is audited."""
    with _desk(config, brand, "nl") as desk:
        waiting = desk.waiting(brand)
    for request in waiting:
        click.echo("\n".join(_lines(request)) + "\n")
    click.echo(f"{len(waiting)} request(s) waiting.")


@click.command()
@config_option
@brand_option
@click.option(
    "--request", "request_id", required=True, help="Its number, as `broker account requests` has it."
)
@click.option("--approve/--refuse", default=None, required=True, help="What is decided.")
@language_option
def decide(config: Path, brand: str, request_id: str, *, approve: bool, language: str) -> None:
    """Approve or refuse one request; the applicant hears by mail and what they wrote is wiped.

    Approving mails the code that binds their eHerkenning to the account at their address, which has to be
    there already.
    """
    from broker.accounts.requesting.desk import AccountCannotBeBound, Decision  # noqa: PLC0415 - see `_desk`.

    try:
        with _desk(config, brand, language) as desk:
            decision = (desk.approve if approve else desk.refuse)(brand, request_id)
    except AccountCannotBeBound:
        click.echo("The account at the applicant's address is closed, or no business account.", err=True)
        sys.exit(_REFUSED)
    if decision is not Decision.DONE:
        click.echo(_SAID[decision.value], err=True)
        sys.exit(_REFUSED)
    click.echo(f"Request {request_id} is {'approved' if approve else 'refused'}; the mail is queued.")


def _lines(request: WaitingRequest) -> Iterator[str]:
    represents = request.represents
    yield f"request: {request.id}"
    yield f"asked at: {request.asked_at.isoformat(timespec='seconds')}"
    yield f"portal: {request.portal}"
    yield f"name: {request.name}"
    yield f"email: {request.email.text}"
    yield f"organisation: {represents.party}{f' ({represents.name})' if represents.name else ''}"
    if represents.branch is not None:
        yield f"branch: {represents.branch.number}"
    if represents.intermediary is not None:
        yield f"through: KvK {represents.intermediary.number}"
    yield f"level: {request.level}"
    yield f"asks for: {', '.join(request.roles) or '-'}"


@contextmanager
def _desk(config: Path, brand: str, language: str) -> Iterator[RequestDesk]:
    # Mails are made with Flask, which most commands of this group do not need.
    from broker.web.language import Language  # noqa: PLC0415
    from broker.wiring.eherkenning_accounts import request_desk  # noqa: PLC0415

    settings = read_settings(config)
    require_brand(settings, brand)
    with (
        opened_stores(settings) as stores,
        request_desk(settings, stores, Language(language)) as desk,
    ):
        yield desk
