"""`[mail]` of `broker.toml` and of a brand's file: how mail leaves, and in whose name."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, field_validator

from broker.domain.email_address import InvalidEmailAddress, parse_email_address
from broker.domain.person_name import InvalidName, parse_person_name
from broker.settings.model import ConfiguredPath, Section


def _email_address(value: str) -> str:
    try:
        return parse_email_address(value).ascii
    except InvalidEmailAddress:
        raise ValueError("must be an e-mail address") from None


EmailAddress = Annotated[str, AfterValidator(_email_address)]
"""An e-mail address as mail servers write it."""


class MailSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Mail(Section):
    """The mail server that takes our mail."""

    host: str = Field(min_length=1, description="Name of the mail server; its certificate must be for it.")
    port: int = Field(default=587, ge=1, le=65535, description="Its port: 587 for starttls, 465 for tls.")
    security: MailSecurity = Field(
        default=MailSecurity.STARTTLS,
        description="`starttls` (mail is not sent when the server does not offer it), `tls` from the first "
        "byte, or `none`, which is for the demo only.",
    )
    username: str | None = Field(default=None, description="User name, when the server wants one.")
    password: SecretStr | None = Field(
        default=None,
        description="Password; give it as BROKER_MAIL__PASSWORD rather than in a file.",
    )
    tls_ca_file: ConfiguredPath | None = Field(
        default=None, description="Certificates (PEM) to trust instead of the machine's own."
    )
    timeout_seconds: float = Field(
        default=10, gt=0, le=60, description="Longest wait for a connection and for each answer."
    )
    most_attempts: int = Field(
        default=12,
        ge=1,
        le=50,
        description="A message that failed this often is given up. The waits grow from 5 seconds to an hour.",
    )


class BrandMail(Section):
    """The sender that people see."""

    from_name: str = Field(description="Name of the sender.")
    from_address: EmailAddress = Field(description="E-mail address of the sender.")

    @field_validator("from_name")
    @classmethod
    def _name_is_a_name(cls, value: str) -> str:
        try:
            return parse_person_name(value)
        except InvalidName:
            raise ValueError("must be a name of 1 to 100 readable characters") from None
