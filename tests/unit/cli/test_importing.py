"""`broker import` of people of organisations: strict, all or nothing, never undoing what an owner changed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path

import pytest

from broker.accounts.passwords.hashing import PasswordHashing
from broker.cli.import_people import Arrival
from broker.domain.accounts import AccountState, AccountType
from broker.domain.second_factors import FactorKind
from broker.settings import load_settings
from broker.wiring.stores import open_stores

SAMPLE = Path(__file__).parents[3] / "config"
KEY = "LGJYJ7GUFBF5T2LN6BPALA6PCRZRJDLY"
PASSWORD = "steiger-kraan-beton-41"
USER = {"kind": "business_account", "brand": "cz", "name": "Ans Test", "email": "ans@bedrijf.example"}
ACTIVE = {**USER, "password": PASSWORD}
OUTSIDER = {
    "kind": "consumer_account",
    "brand": "cz",
    "bsn": "999990019",
    "name": "Bo Test",
    "email": "bo@post.example",
}

Bring = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The sample configuration with a state directory of its own; importing needs no other files."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "config"))


@pytest.fixture
def bring(config: Path, redis_url: str, tmp_path: Path) -> Bring:
    """Import these lines, from a file or from standard input."""

    def run(*lines: Mapping[str, object], by_stdin: bool = False) -> subprocess.CompletedProcess[str]:
        text = "\n".join(json.dumps(line) for line in lines)
        file = tmp_path / "people.jsonl"
        file.write_text(text, encoding="utf-8")
        words = [sys.executable, "-m", "broker.cli", "import", "--config", str(config)]
        environment = {**os.environ, "BROKER_STORAGE__REDIS_URL": redis_url}
        return subprocess.run(
            [*words, "-" if by_stdin else str(file)],
            input=text if by_stdin else "",
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )

    return run


@pytest.fixture
def kept(config: Path, redis_url: str) -> Callable[[], Arrival]:
    """What is in the database now."""

    def look() -> Arrival:
        return Arrival.at(open_stores(load_settings(config, {"BROKER_STORAGE__REDIS_URL": redis_url})))

    return look


def _right(hashed: str | None, password: str) -> bool:
    return PasswordHashing(nullcontext).verify(hashed, password).right


def test_somebody_arrives_with_password_telephone_and_app(bring: Bring, kept: Callable[[], Arrival]) -> None:
    """All that is needed to log in, and nothing of it can be read in the database."""
    told = bring({**ACTIVE, "phone": "06 12345611", "totp_secret": KEY})
    assert told.returncode == 0, told.stderr
    assert "1 account(s) imported" in told.stdout
    here = kept()
    account = here.accounts.find_by_address("cz", "ANS@bedrijf.example")
    assert account is not None
    assert (account.type, account.state) == (AccountType.BUSINESS, AccountState.ACTIVE)
    assert _right(here.passwords.get(account.id), PASSWORD)
    factors = {one.kind: here.factors.secret(one.id) for one in here.factors.of_account(account.id)}
    sms, app = factors[FactorKind.SMS], factors[FactorKind.TOTP]
    assert sms is not None
    assert app is not None
    assert sms.number == "+31612345611"
    assert len(app.plain) == 20


def test_landline_gets_spoken_codes(bring: Bring, kept: Callable[[], Arrival]) -> None:
    """J22: what cannot take a text is called."""
    assert bring({**ACTIVE, "phone": "+31701234515"}).returncode == 0
    here = kept()
    account = here.accounts.find_by_address("cz", USER["email"])
    assert account is not None
    assert [factor.kind for factor in here.factors.of_account(account.id)] == [FactorKind.VOICE]


def test_somebody_without_password_is_invited(bring: Bring, kept: Callable[[], Arrival]) -> None:
    """The account waits for its owner to choose one."""
    assert bring(USER, by_stdin=True).returncode == 0
    here = kept()
    account = here.accounts.find_by_address("cz", USER["email"])
    assert account is not None
    assert account.state is AccountState.INVITED
    assert here.passwords.get(account.id) is None


def test_second_import_leaves_an_account_as_its_owner_has_it(
    bring: Bring, kept: Callable[[], Arrival]
) -> None:
    """Neither the password nor the second factors of the file come back."""
    assert bring({**ACTIVE, "phone": "+31612345611"}).returncode == 0
    here = kept()
    account = here.accounts.find_by_address("cz", USER["email"])
    assert account is not None
    here.passwords.put(account.id, "changed", at=here.stores.clock())
    for factor in here.factors.of_account(account.id):
        here.factors.remove(factor.id)
    assert bring({**ACTIVE, "phone": "+31612345611"}).returncode == 0
    assert here.passwords.get(account.id) == "changed"
    assert here.factors.of_account(account.id) == ()


def test_same_address_at_two_brands_is_two_accounts(bring: Bring, kept: Callable[[], Arrival]) -> None:
    """Nothing is shared between brands."""
    assert bring(ACTIVE, {**ACTIVE, "brand": "iza", "password": "aktetas-trein-koffie-96"}).returncode == 0
    here = kept()
    found = [here.accounts.find_by_address(brand, USER["email"]) for brand in ("cz", "iza")]
    assert None not in found
    assert len({one.id for one in found if one}) == 2


def test_address_of_somebody_else_undoes_the_whole_import(bring: Bring, kept: Callable[[], Arrival]) -> None:
    """A consumer owns it; nobody of the file arrives."""
    assert bring({**OUTSIDER, "email": USER["email"]}).returncode == 0
    told = bring({**ACTIVE, "email": "first@bedrijf.example"}, ACTIVE)
    assert told.returncode == 1
    assert "belongs to another account" in told.stderr
    assert "ans@" not in told.stderr
    assert kept().accounts.find_by_address("cz", "first@bedrijf.example") is None


FAULTY: list[tuple[dict[str, object], str]] = [
    ({**USER, "phone": "+31612345611"}, "go with a password"),
    ({**ACTIVE, "password": "kort"}, "password is refused: too-short"),
    ({**ACTIVE, "password": "wachtwoord2026"}, "password is refused: too-common"),
    ({**ACTIVE, "password": "x" * 200}, "password is refused: too-long"),
    ({**ACTIVE, "phone": "0906 1234"}, "phone is refused: phone-"),
    ({**ACTIVE, "phone": "+1 212 555 0100"}, "phone is refused: phone-region"),
    ({**ACTIVE, "totp_secret": "not base32!"}, "totp_secret is not in base32"),
    ({**ACTIVE, "totp_secret": "JBSWY3DP"}, "totp_secret must hold 16 bytes"),
    ({**ACTIVE, "email": "ans at bedrijf"}, "email is not an address"),
    ({**ACTIVE, "email": ""}, "email is not an address"),
    ({**ACTIVE, "name": " "}, "name is refused: name-missing"),
    ({**ACTIVE, "name": "Bo\r\nBcc: bo@elders.example"}, "name is refused: name-unreadable"),
    ({**ACTIVE, "name": "Bo\ud800"}, "name is refused: name-unreadable"),
    ({**OUTSIDER, "name": "Bo\0"}, "name is refused: name-unreadable"),
    ({**OUTSIDER, "email": "ans at bedrijf"}, "email is not an address"),
    ({**ACTIVE, "brand": "xx"}, "brand is not one of the configuration"),
    ({**ACTIVE, "role": "admin"}, "must be an object with the texts"),
    ({**ACTIVE, "password": None}, "must be an object of texts"),
    ({**ACTIVE, "kind": "staff_account"}, "kind must be"),
    ({"kind": "business_account", "brand": "cz"}, "must be an object with the texts"),
]


def test_every_faulty_line_is_told_and_nobody_arrives(bring: Bring, kept: Callable[[], Arrival]) -> None:
    """One run names all of them, and repeats nothing that stands in them."""
    told = bring(ACTIVE, *(line for line, _ in FAULTY))
    assert told.returncode == 1
    lines = {line.partition(": line ")[2].partition(":")[0]: line for line in told.stderr.splitlines()}
    assert "1" not in lines
    for number, (_, sentence) in enumerate(FAULTY, start=2):
        assert sentence in lines[str(number)]
    for written in ("wachtwoord2026", "+1 212", "ans at", "Ans", PASSWORD, "JBSWY"):
        assert written not in told.stderr
    assert kept().accounts.find_by_address("cz", USER["email"]) is None
