"""How texts and calls leave, from the configuration."""

from __future__ import annotations

import ssl

from broker.errors import ConfigurationError
from broker.notify.gateway import SmsGateway
from broker.settings import Settings
from broker.wiring.tls import verifying_context


def sms_gateway(settings: Settings) -> SmsGateway | None:
    """The gateway, None when there is none; `ConfigurationError` when a file that it needs does not load."""
    sms = settings.broker.sms
    if sms is None:
        return None
    return SmsGateway(
        url=sms.gateway_url,
        sender=sms.sender,
        context=_context(settings),
        timeout_seconds=sms.timeout_seconds,
        api_key=_api_key(settings),
    )


def sms_faults(settings: Settings) -> tuple[str, ...]:
    """What is wrong with the files that `[sms]` names."""
    try:
        sms_gateway(settings)
    except ConfigurationError as error:
        return error.faults
    return ()


def _context(settings: Settings) -> ssl.SSLContext:
    sms = settings.broker.sms
    file = settings.path(sms.tls_ca_file) if sms is not None and sms.tls_ca_file is not None else None
    return verifying_context(file, key="sms.tls_ca_file")


def _api_key(settings: Settings) -> str | None:
    sms = settings.broker.sms
    if sms is None:
        return None
    if sms.api_key is not None:
        return sms.api_key.get_secret_value()
    if sms.api_key_file is None:
        return None
    try:
        key = settings.path(sms.api_key_file).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        fault = f"broker.toml: sms.api_key_file: cannot be read ({type(error).__name__})"
        raise ConfigurationError((fault,)) from None
    if not key.isprintable() or not key or " " in key:
        raise ConfigurationError(("broker.toml: sms.api_key_file: must hold one key on one line",))
    return key
