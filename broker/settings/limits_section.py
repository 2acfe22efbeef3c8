"""`[limits]` of `broker.toml`: how much of this one block of addresses may do, over all brands and workers.

A block is a /24, or a /56 of IPv6. A whole company may be behind one address, and a provider puts hundreds of
subscribers behind a few, so the defaults are those of six hundred people who all log in within one minute,
each beginning twice, with three forms a login (password, code, a mistake). The proxy in front has limits of
its own, for each address.
"""

from __future__ import annotations

from pydantic import Field

from broker.settings.model import Section

_MOST = 10_000_000


class Limits(Section):
    """What one block of addresses (a /24, or a /56 of IPv6) may do; above that it gets status 429."""

    logins_begun_a_minute: int = Field(
        default=1200,
        ge=1,
        le=_MOST,
        description="Requests of portals to log somebody in, good or not; one of more than 2 kB counts for "
        "as many. The default is an office of 600 people who all come in the same minute, twice. "
        "Set `http.trusted_proxy_hops` first: without it everybody shares the block of your proxy.",
    )
    forms_posted_a_minute: int = Field(
        default=3600,
        ge=1,
        le=_MOST,
        description="Forms, and answers that browsers bring from a provider: three for each login.",
    )
    refusals_noted_a_minute: int = Field(
        default=600,
        ge=1,
        le=_MOST,
        description="Refusals, at the token endpoint and its like, of programs that proved no client: so "
        "many are events `tokens.refused` each. Above that they are answered as before, and one event "
        "`requests.held-back` a minute stands for all of them.",
    )
    wrong_passwords_a_quarter: int = Field(
        default=300,
        ge=1,
        le=_MOST,
        description="Wrong passwords in fifteen minutes, whatever the accounts. Above that no password is "
        "looked at, with the same words as for a wrong one; on a device that the account was used on "
        "before, people still get in.",
    )
    alarm_wrong_passwords_an_hour: int = Field(
        default=2000,
        ge=1,
        le=_MOST,
        description="Wrong passwords in an hour at one brand, from everywhere, that make one event "
        "`passwords.guessed` for alerts. Nobody is refused for it.",
    )
