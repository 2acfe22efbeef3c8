"""Rules for who may come in at a portal, and how: one function a rule, each giving the faults it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from broker.domain.accounts import AccountType
from broker.domain.assurance import Scheme
from broker.domain.factor_strength import TAKES_SECOND_FACTOR

if TYPE_CHECKING:
    from broker.settings.load import Settings

DIGID_IDLE_SECONDS = 900
# Whose accounts each way of logging in leads to.
_ACCOUNT_OF: Final = {
    Scheme.DIGID: AccountType.CONSUMER,
    Scheme.EHERKENNING: AccountType.BUSINESS,
    Scheme.PASSWORD: AccountType.BUSINESS,
}


def _portals_fit_their_brand(settings: Settings) -> Iterator[str]:
    for name, portal in settings.portals.items():
        brand = settings.brands.get(portal.brand)
        if f"brands/{portal.brand}.toml" in settings.unread:
            continue
        if brand is None:
            yield f"portals/{name}.toml: brand: there is no brands/{portal.brand}.toml"
        elif "digid" in portal.login.providers and brand.digid is None:
            yield f"portals/{name}.toml: login.providers: brand {portal.brand} has no DigiD connection"


def _accounts_fit_the_ways_of_logging_in(settings: Settings) -> Iterator[str]:
    for name, portal in settings.portals.items():
        login = portal.login
        if len(set(login.providers)) < len(login.providers):
            yield f"portals/{name}.toml: login.providers: names a way of logging in twice"
        yield from (
            f"portals/{name}.toml: login.account_type: {scheme.value} goes with {fitting.value}"
            for scheme in login.schemes
            if (fitting := _ACCOUNT_OF[scheme]) is not login.kind_of_account
        )
        if login.without_account == "register" and Scheme.DIGID not in login.schemes:
            yield f"portals/{name}.toml: login.without_account: only who comes by DigiD can register"


def _second_factors_reach_the_minimum(settings: Settings) -> Iterator[str]:
    for name, portal in settings.portals.items():
        login = portal.login
        if login.second_factors and not TAKES_SECOND_FACTOR.intersection(login.schemes):
            yield f"portals/{name}.toml: login.second_factors: goes with password"
        for reached in login.reach:
            required = login.minimum_level.of(reached.scheme)
            if not reached.meets(required):
                scheme, level = required.scheme.value, required.level.label
                key = f"login.minimum_level.{scheme}"
                yield f"portals/{name}.toml: {key}: no second factor that is offered here reaches {level}"


def _bsn_has_ground_and_envelope(settings: Settings) -> Iterator[str]:
    for name, portal in settings.portals.items():
        asks = "bsn" in portal.claims.allow
        if asks and Scheme.DIGID not in portal.login.schemes:
            yield f"portals/{name}.toml: claims.allow: bsn is known by DigiD alone"
        if asks and not (portal.claims.bsn_legal_ground or "").strip():
            yield f"portals/{name}.toml: claims.bsn_legal_ground: the BSN needs its legal ground"
        if asks and portal.client.id_token_encrypted_response_alg is None:
            key = "client.id_token_encrypted_response_alg"
            yield f"portals/{name}.toml: {key}: the BSN travels only encrypted"


def _digid_sessions_are_short(settings: Settings) -> Iterator[str]:
    for name, portal in settings.portals.items():
        if "digid" in portal.login.providers and portal.session.idle_seconds > DIGID_IDLE_SECONDS:
            yield f"portals/{name}.toml: session.idle_seconds: DigiD allows {DIGID_IDLE_SECONDS} at most"
        if portal.session.absolute_seconds < portal.session.idle_seconds:
            yield f"portals/{name}.toml: session.absolute_seconds: is shorter than idle_seconds"


LOGIN_RULES: Final[tuple[Callable[[Settings], Iterator[str]], ...]] = (
    _portals_fit_their_brand,
    _accounts_fit_the_ways_of_logging_in,
    _second_factors_reach_the_minimum,
    _bsn_has_ground_and_envelope,
    _digid_sessions_are_short,
)
