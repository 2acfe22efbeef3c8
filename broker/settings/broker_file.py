"""`broker.toml`: what holds for the whole deployment."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, SecretStr

from broker.settings.limits_section import Limits
from broker.settings.mail_section import Mail
from broker.settings.model import ConfiguredPath, OriginUrl, Section, WebUrl
from broker.settings.sms_section import Sms


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


class Tokens(Section):
    """How tokens are signed."""

    signing_key_days: int = Field(
        default=90, ge=1, le=730, description="How long one key signs before the worker takes the next."
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


class Metrics(Section):
    """Figures for Prometheus."""

    bind: str | None = Field(
        default=None,
        pattern=r"^(\[[0-9a-f:]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$",
        description="Address and port of their own, such as `127.0.0.1:9464`; path `/metrics`. No login: "
        "keep it inside.",
    )
    on_main_port: bool = Field(
        default=False,
        description="Also at `/metrics` beside the pages; keep it from the outside in the proxy.",
    )

    @property
    def wanted(self) -> bool:
        """Whether anything has to be counted."""
        return self.bind is not None or self.on_main_port


class Tracing(Section):
    """Traces by OpenTelemetry; needs the extra `otel`."""

    endpoint: WebUrl | None = Field(
        default=None,
        description="OTLP/HTTP collector, such as `http://127.0.0.1:4318/v1/traces`; absent: no traces.",
    )
    sample_ratio: float = Field(default=1.0, ge=0, le=1, description="Which part of the requests is traced.")
    storage: bool = Field(
        default=False, description="Also a span for every statement and Redis command, without values."
    )


class BrokerFile(Section):
    """The deployment."""

    environment: Environment = Field(description="`demo` or `production`.")
    issuer: OriginUrl = Field(
        description="The issuer of all tokens and the base URL of every page, without a slash at the end."
    )
    http: Http = Http()
    limits: Limits = Limits()
    storage: Storage
    keys: Keys
    tokens: Tokens = Tokens()
    clock: Clock = Clock()
    log: Log = Log()
    metrics: Metrics = Metrics()
    tracing: Tracing = Tracing()
    mail: Mail | None = Field(
        default=None, description="Absent: no mail is sent, and no portal may let people register."
    )
    sms: Sms | None = Field(
        default=None,
        description="Absent: no codes go to telephones, and no portal may offer `sms` or `voice`.",
    )
