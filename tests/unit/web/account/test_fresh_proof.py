"""When a proof is fresh enough to change how somebody logs in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from broker.domain.accounts import AccountId, AccountType
from broker.domain.assurance import AccountLevel, Assurance, DigidLevel, EherkenningLevel, Scheme
from broker.domain.second_factors import FactorKind, SecondFactor
from broker.sessions.session import Session
from broker.web.account.proof import is_fresh

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
LONG_AGO, JUST_NOW = NOW - timedelta(hours=1), NOW - timedelta(minutes=4, seconds=59)
ID = AccountId("11111111-1111-4111-8111-111111111111")
APP = SecondFactor("1", ID, FactorKind.TOTP, "", LONG_AGO)
BY_PASSWORD = Assurance(Scheme.PASSWORD, AccountLevel.PASSWORD)
BY_APP = Assurance(Scheme.PASSWORD, AccountLevel.TOTP)


def _session(
    assurance: Assurance, *, started: datetime, authenticated: datetime, proven: datetime | None = None
) -> Session:
    by_digid = assurance.scheme is Scheme.DIGID
    return Session(
        sid="s",
        brand="cz",
        portal="mijn-cz",
        account_id=ID,
        account_type=AccountType.CONSUMER if by_digid else AccountType.BUSINESS,
        assurance=assurance,
        authenticated_at=authenticated,
        started_at=started,
        idle=timedelta(minutes=15),
        idle_expires_at=NOW + timedelta(minutes=15),
        absolute_expires_at=NOW + timedelta(hours=2),
        secret_sha256="",
        proven_at=proven,
    )


@pytest.mark.parametrize("at", [JUST_NOW, NOW])
def test_login_of_this_moment_is_a_proof(at: datetime) -> None:
    """With all that the account has: a password, a password and a code, DigiD."""
    assert is_fresh(_session(BY_PASSWORD, started=at, authenticated=at), (), NOW)
    assert is_fresh(_session(BY_APP, started=at, authenticated=at), (APP,), NOW)
    digid = Assurance(Scheme.DIGID, DigidLevel.MIDDEN)
    assert is_fresh(_session(digid, started=at, authenticated=at), (), NOW)


def test_proof_is_good_for_five_minutes() -> None:
    """To the second; an older login or proof is none."""
    over = NOW - timedelta(minutes=5)
    assert not is_fresh(_session(BY_APP, started=over, authenticated=over), (APP,), NOW)
    assert not is_fresh(_session(BY_APP, started=over, authenticated=over, proven=over), (APP,), NOW)
    assert is_fresh(_session(BY_APP, started=over, authenticated=over, proven=JUST_NOW), (APP,), NOW)


def test_factor_added_to_an_old_login_does_not_renew_its_password() -> None:
    """A step-up moves the moment of the login, not its beginning."""
    assert not is_fresh(_session(BY_APP, started=LONG_AGO, authenticated=NOW), (APP,), NOW)


def test_password_alone_is_no_proof_where_there_is_a_factor() -> None:
    """Somebody set a factor up after this login."""
    assert not is_fresh(_session(BY_PASSWORD, started=NOW, authenticated=NOW), (APP,), NOW)


def test_eherkenning_is_no_proof_where_there_is_a_factor() -> None:
    """Whoever bound theirs by a code out of a stolen mailbox has shown nothing that the account has."""
    eherkenning = Assurance(Scheme.EHERKENNING, EherkenningLevel.EH4)
    assert not is_fresh(_session(eherkenning, started=NOW, authenticated=NOW), (APP,), NOW)
    assert is_fresh(_session(eherkenning, started=NOW, authenticated=NOW), (), NOW)
