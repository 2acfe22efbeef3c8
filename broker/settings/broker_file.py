"""`broker.toml`: what holds for the whole deployment."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, SecretStr

from broker.settings.model import ConfiguredPath, OriginUrl, Section


class Environment(StrEnum):
    """`demo` alone permits http, loopback targets, simulators and a clock that can be moved."""

    DEMO = "demo"
    PRODUCTION = "production"


class Http(Section):
    """How requests reach the broker."""

    trusted_proxy_hops: int = Field(
        default=0,
        ge=0,
        le=5,
        description="How many proxies in front are ours; only their X-Forwarded-For entries are believed.",
    )


class Storage(Section):
    """Where things are kept."""

    database_url: str = Field(
        description="SQLAlchemy URL: `sqlite:///path` or `postgresql+psycopg://…`. A relative SQLite path "
        "is taken from the configuration directory."
    )
    redis_url: str = Field(
        description="`redis://`, `rediss://`, `unix://path`, or `redis+cluster://host:port,host:port`."
    )


class Keys(Section):
    """The key that wraps all other keys; exactly one of the two is given."""

    key_encryption_key_file: ConfiguredPath | None = Field(
        default=None,
        description="File with 32 random bytes in base64. In the demo it is made on first start.",
    )
    key_encryption_key: SecretStr | None = Field(
        default=None,
        description="The same as text, for BROKER_KEYS__KEY_ENCRYPTION_KEY; never write it in a file.",
    )


class Clock(Section):
    """Only for the demo: a clock that can be moved."""

    offset_file: ConfiguredPath | None = Field(
        default=None,
        description="File with a whole number of seconds to add to the machine's clock. Demo only.",
    )


class Log(Section):
    """What the broker writes to standard error."""

    level: str = Field(
        default="info", pattern="^(debug|info|warning|error)$", description="Lowest level shown."
    )


class BrokerFile(Section):
    """The deployment."""

    environment: Environment = Field(description="`demo` or `production`.")
    issuer: OriginUrl = Field(
        description="The issuer of all tokens and the base URL of every page, without a slash at the end."
    )
    http: Http = Http()
    storage: Storage
    keys: Keys
    clock: Clock = Clock()
    log: Log = Log()
