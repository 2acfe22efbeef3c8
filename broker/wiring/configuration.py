"""What the files of a configuration name has to be there and fit, however well they keep the rules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from broker.settings import BrokerFile, Environment, Settings
from broker.settings.next_key import NextKey
from broker.storage.key_encryption_key import mode_fault
from broker.web.theme import available_themes
from broker.wiring.clients import clients_of
from broker.wiring.mail import mail_faults
from broker.wiring.sms import sms_faults
from broker.wiring.stores import store_faults
from broker.wiring.upstream import upstream_connections


def faults_of_what_is_named(settings: Settings) -> tuple[str, ...]:
    """Every fault in the files, stores and themes that the configuration names, each told once."""
    faults: list[str] = []
    faults.extend(store_faults(settings))
    faults.extend(start_faults(settings))
    clients_of(settings, faults)
    upstream_connections(settings, faults)
    faults.extend(mail_faults(settings))
    faults.extend(sms_faults(settings))
    return tuple(dict.fromkeys(faults))


def faults_of_a_swap(before: BrokerFile, settings: Settings) -> tuple[str, ...]:
    """The same for a process that runs on `before` and goes on, with what it cannot change meanwhile."""
    return (*_lasting_changes(before, settings.broker), *faults_of_what_is_named(settings))


def _lasting_changes(before: BrokerFile, after: BrokerFile) -> Iterator[str]:
    # Nobody hears in one store of what is published in another; ports and figures belong to the parent.
    for section in ("environment", "storage", "keys", "clock", "metrics"):
        if getattr(before, section) != getattr(after, section):
            yield f"broker.toml: {section}: changes at a start of `broker serve` and `broker worker` only"


def start_faults(settings: Settings) -> Iterator[str]:
    """Those that nobody else would find before the broker serves."""
    yield from _unknown_themes(settings)
    yield from _open_keys(settings)


def _unknown_themes(settings: Settings) -> Iterator[str]:
    known = available_themes()
    for name, brand in settings.brands.items():
        if brand.theme not in known:
            choice = ", ".join(sorted(known))
            yield f"brands/{name}.toml: theme: there is no such theme; there are {choice}"


def _open_keys(settings: Settings) -> Iterator[str]:
    """Private keys that others may read; a file that is not there is told by who loads it."""
    if settings.broker.environment is Environment.DEMO:
        return
    for where, configured in _private_keys(settings):
        path = settings.path(configured)
        try:
            fault = mode_fault(path, path.stat().st_mode)
        except OSError:
            continue
        if fault:
            yield f"{where}: {fault}"


def _private_keys(settings: Settings) -> Iterator[tuple[str, Path]]:
    for name, brand in settings.brands.items():
        file = f"brands/{name}.toml"
        if (digid := brand.digid) is not None:
            yield from _with_next(f"{file}: digid", "signing", digid.signing_key_file, digid.next_signing)
        if (dv := brand.eherkenning) is not None:
            where = f"{file}: eherkenning"
            yield from _with_next(where, "signing", dv.signing_key_file, dv.next_signing)
            yield from _with_next(where, "encryption", dv.encryption_key_file, dv.next_encryption)
    for name, provider in settings.providers.items():
        file, key = f"providers/{name}.toml", "tls_client"
        yield f"{file}: {key}_key_file", provider.tls_client_key_file
        if provider.next_tls_client is not None:
            yield f"{file}: next_{key}.key_file", provider.next_tls_client.key_file


def _with_next(where: str, use: str, file: Path, following: NextKey | None) -> Iterator[tuple[str, Path]]:
    yield f"{where}.{use}_key_file", file
    if following is not None:
        yield f"{where}.next_{use}.key_file", following.key_file
