"""`broker portal new`: a portal's file to start from, sound as it stands."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click

from broker.cli.options import config_option, read_settings
from broker.cli.portal_text import NewPortal, portal_text, toml
from broker.domain.assurance import Scheme
from broker.errors import ConfigurationError
from broker.oidc.new_client_keys import new_client_keys
from broker.oidc.vocabulary import AuthMethod, SigningAlgorithm
from broker.settings import Brand, Settings
from broker.settings.model import is_identifier
from broker.settings.portal_file import Profile
from broker.wiring.configuration import faults_of_what_is_named

_ALGORITHMS: Final = {Profile.STANDARD: SigningAlgorithm.ES256, Profile.NLGOV: SigningAlgorithm.PS256}


@dataclass(frozen=True, slots=True)
class _Proof:
    """How the client proves itself: the line in its file, what it gets, and files beside it."""

    line: str
    handed_over: str | None = field(default=None, repr=False)
    files: Mapping[str, str] = field(default_factory=dict)


@click.group()
def portal() -> None:
    """Sites that receive our tokens: one file each under portals/."""


@portal.command()
@config_option
@click.argument("name")
@click.option("--url", required=True, help="Where people start; the other addresses follow from it.")
@click.option("--brand", help="Name of its file under brands/; can be left out where there is one.")
@click.option("--title", help="The portal's name on screen.  [default: from NAME]")
@click.option("--client-id", help="Its identifier as a client.  [default: NAME]")
@click.option("--redirect-uri", "redirect_uris", multiple=True, help="[default: <url>/callback]")
@click.option(
    "--provider",
    "providers",
    multiple=True,
    type=click.Choice([scheme.value for scheme in Scheme]),
    help="A way of logging in; may be given again.  [default: what the brand is connected to]",
)
@click.option(
    "--profile",
    type=click.Choice([profile.value for profile in Profile]),
    default=Profile.STANDARD.value,
    show_default=True,
    help="Its rule book; also decides how ID tokens are signed.",
)
@click.option(
    "--auth-method",
    type=click.Choice([method.value for method in AuthMethod]),
    default=AuthMethod.PRIVATE_KEY_JWT.value,
    show_default=True,
    help="How the client proves itself.",
)
@click.option("--jwks-file", help="The portal's own public keys, from the configuration directory.")
def new(  # noqa: PLR0913, PLR0917 - one argument for each option
    config: Path,
    name: str,
    url: str,
    brand: str | None,
    title: str | None,
    client_id: str | None,
    redirect_uris: tuple[str, ...],
    providers: tuple[str, ...],
    profile: str,
    auth_method: str,
    jwks_file: str | None,
) -> None:
    """Write portals/NAME.toml for a new portal.

    What proves the client is printed on standard output, once: the private keys or the secret, unless the
    portal's own public keys are given. We keep the public keys or the digest of the secret.
    """
    settings = read_settings(config)
    _require_free(config, name)
    of_brand = _brand_name(settings, brand)
    algorithm = _ALGORITHMS[Profile(profile)]
    proof = _proof(name, AuthMethod(auth_method), algorithm, jwks_file)
    found = settings.brands[of_brand]
    described = NewPortal(
        brand=of_brand,
        name=title or name.replace("-", " ").capitalize(),
        url=url,
        profile=Profile(profile),
        client_id=client_id or name,
        redirect_uris=redirect_uris or (f"{url.rstrip('/')}/callback",),
        method=auth_method,
        proof=proof.line,
        algorithm=algorithm.value,
        providers=providers or _ways_of(found),
        second_factors=("totp",) if settings.broker.sms is None else ("totp", "sms"),
        roles=tuple(found.roles),
    )
    files = {**proof.files, f"portals/{name}.toml": portal_text(described)}
    with _written(config, files):
        _require_no_new_fault(config, settings)
    _tell(files, proof.handed_over)


def _require_free(config: Path, name: str) -> None:
    if not is_identifier(name):
        raise ConfigurationError(("NAME: must be lower-case letters, digits and hyphens",))
    if (config / f"portals/{name}.toml").exists():
        raise ConfigurationError((f"portals/{name}.toml: is there already; nothing was changed",))


def _brand_name(settings: Settings, brand: str | None) -> str:
    if brand is None and len(settings.brands) == 1:
        return next(iter(settings.brands))
    if brand is None or brand not in settings.brands:
        known = ", ".join(settings.brands)
        raise ConfigurationError((f"--brand: name one of these: {known}",))
    return brand


def _ways_of(brand: Brand) -> tuple[str, ...]:
    if brand.digid is not None:
        return (Scheme.DIGID.value,)
    return (Scheme.EHERKENNING.value,) if brand.eherkenning is not None else (Scheme.PASSWORD.value,)


def _proof(name: str, method: AuthMethod, algorithm: SigningAlgorithm, jwks_file: str | None) -> _Proof:
    if method is AuthMethod.CLIENT_SECRET_BASIC:
        if jwks_file is not None:
            raise ConfigurationError((f"--jwks-file: goes with {AuthMethod.PRIVATE_KEY_JWT.value}",))
        secret = secrets.token_urlsafe(32)
        digest = hashlib.sha256(secret.encode()).hexdigest()
        return _Proof(f'client_secret_sha256 = "{digest}"   # the portal has the secret', handed_over=secret)
    if jwks_file is not None:
        return _Proof(_jwks_line(jwks_file))
    keys, public = new_client_keys(algorithm, f"{name}-1"), f"portals/{name}.public.jwks"
    return _Proof(_jwks_line(public), keys.private, {public: f"{keys.public}\n"})


def _jwks_line(file: str) -> str:
    return f"jwks_file = {toml(file)}   # the portal's public keys; a path from the configuration directory"


@contextmanager
def _written(config: Path, files: Mapping[str, str]) -> Iterator[None]:
    """Write new files, and take them away again when what follows does not come to its end."""
    made: list[Path] = []
    try:
        for name, text in files.items():
            path = config / name
            try:
                with path.open("x", encoding="utf-8") as file:
                    made.append(path)
                    file.write(text)
            except OSError as error:
                raise ConfigurationError((f"{name}: cannot be written ({error.strerror})",)) from error
        yield
    except BaseException:
        for path in made:
            path.unlink()
        raise


def _require_no_new_fault(config: Path, before: Settings) -> None:
    """Faults that were there already are not the new portal's."""
    known = faults_of_what_is_named(before)
    after = faults_of_what_is_named(read_settings(config))
    if faults := tuple(fault for fault in after if fault not in known):
        raise ConfigurationError(faults)


def _tell(files: Iterable[str], handed_over: str | None) -> None:
    """What to do next goes beside what is secret, so that this can be sent to a file of its own."""
    click.echo(f"Written: {', '.join(files)}", err=True)
    if handed_over is not None:
        click.echo("For the portal and nobody else; it is shown this once:", err=True)
        click.echo(handed_over)
