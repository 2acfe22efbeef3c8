"""`[sms]` of `broker.toml`: how texts and calls with a code leave, and the rules for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from broker.domain.second_factors import BY_TELEPHONE
from broker.settings.model import ConfiguredPath, Section, WebUrl, is_loopback

if TYPE_CHECKING:
    from broker.settings.load import Settings


def _without_query(value: str) -> str:
    if urlsplit(value).query:
        raise ValueError("must have no query: the paths /sms and /voice come behind it")
    return value


class Sms(Section):
    """The gateway that takes our texts and calls."""

    gateway_url: Annotated[WebUrl, AfterValidator(_without_query)] = Field(
        description="Where the gateway listens; texts are posted to `/sms` under it and calls to `/voice`."
    )
    sender: str = Field(
        pattern=r"^([A-Za-z0-9 ]{3,11}|\+[0-9]{7,15})$",
        description="Whom people see as sender: 3 to 11 letters and digits, or a number with `+`.",
    )
    api_key: SecretStr | None = Field(
        default=None,
        min_length=1,
        description="Sent as bearer token; give it as BROKER_SMS__API_KEY rather than in a file.",
    )
    api_key_file: ConfiguredPath | None = Field(
        default=None, description="The same, in a file of its own with nothing else in it."
    )
    tls_ca_file: ConfiguredPath | None = Field(
        default=None, description="Certificates (PEM) to trust instead of the machine's own."
    )
    timeout_seconds: float = Field(
        default=5, gt=0, le=30, description="Longest wait for a connection and for each silence."
    )
    most_an_hour: int = Field(
        default=5000,
        ge=1,
        description="Texts, and as many calls, that are paid for in an hour, over all brands. When they are "
        "used up, no more are sent for an hour, and events say so; apps and recovery codes go on.",
    )
    most_attempts: int = Field(
        default=6,
        ge=1,
        le=20,
        description="A message that failed this often is given up. It also is when its code has expired.",
    )


def _telephone_factors_have_a_gateway(settings: Settings) -> Iterator[str]:
    if settings.broker.sms is not None:
        return
    for name, portal in settings.portals.items():
        if not set(BY_TELEPHONE).isdisjoint(portal.login.factor_kinds):
            yield f"portals/{name}.toml: login.second_factors: sms and voice need [sms] in broker.toml"


def _sms_key_is_given_once(settings: Settings) -> Iterator[str]:
    sms = settings.broker.sms
    if sms is not None and sms.api_key is not None and sms.api_key_file is not None:
        yield "broker.toml: sms: give api_key or api_key_file, not both"


def _production_sms_is_protected(settings: Settings) -> Iterator[str]:
    sms = settings.broker.sms
    if sms is None or settings.broker.environment.value != "production":
        return
    if urlsplit(sms.gateway_url).scheme != "https":
        yield "broker.toml: sms.gateway_url: must be https in production"
    if is_loopback(sms.gateway_url):
        yield "broker.toml: sms.gateway_url: points at this machine, which is for the demo only"
    if sms.api_key is None and sms.api_key_file is None:
        yield "broker.toml: sms: production needs api_key or api_key_file"


SMS_RULES: Final[tuple[Callable[[Settings], Iterator[str]], ...]] = (
    _telephone_factors_have_a_gateway,
    _sms_key_is_given_once,
    _production_sms_is_protected,
)
