"""Rules that span more than one key or file: one function a rule, each giving the faults it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from broker.domain.assurance import Scheme
from broker.settings.access_section import ACCESS_RULES
from broker.settings.broker_file import Environment
from broker.settings.eherkenning_rules import EHERKENNING_RULES
from broker.settings.login_rules import LOGIN_RULES
from broker.settings.mail_section import MailSecurity
from broker.settings.model import is_loopback
from broker.settings.portal_file import ClientMetadata, Portal, ResourceServer
from broker.settings.provider_rules import PROVIDER_RULES
from broker.settings.roles_section import ROLE_RULES
from broker.settings.sms_section import SMS_RULES
from broker.settings.work_address_section import WORK_ADDRESS_RULES

if TYPE_CHECKING:
    from broker.settings.load import Settings


# First path segments that are the broker's own; a brand of that name would shadow them.
RESERVED_BRANDS = frozenset({"oauth2", "saml", "health", "metrics", "static", "brand", "lang"})


# SHA-256 of the client secret that stands in the demo's source, for everybody to read.
SAMPLE_SECRETS = frozenset({"3d4e04bbbe8b245326be9a391956c632fdaa641163e1bbd75d18d6c2c751a7a9"})


def faults_in(settings: Settings) -> list[str]:
    """Every fault of every rule, in the order of the table below."""
    return [fault for rule in _RULES for fault in rule(settings)]


def _one_key_encryption_key(settings: Settings) -> Iterator[str]:
    keys = settings.broker.keys
    if (keys.key_encryption_key_file is None) == (keys.key_encryption_key is None):
        yield "broker.toml: keys: give either key_encryption_key_file or key_encryption_key"


def _brand_names_are_free(settings: Settings) -> Iterator[str]:
    for brand in settings.brands:
        if brand in RESERVED_BRANDS:
            yield f"brands/{brand}.toml: the name {brand} is one of the broker's own paths"


def _there_is_something_to_serve(settings: Settings) -> Iterator[str]:
    unread = {name.partition("/")[0] for name in settings.unread}
    if not settings.brands and "brands" not in unread:
        yield "brands: there is no brand"
    if not settings.portals and "portals" not in unread:
        yield "portals: there is no portal"


def _brands_name_known_providers(settings: Settings) -> Iterator[str]:
    for name, brand in settings.brands.items():
        if brand.digid is None:
            continue
        provider = brand.digid.provider
        upstream = settings.providers.get(provider)
        if f"providers/{provider}.toml" in settings.unread:
            continue
        if upstream is None:
            yield f"brands/{name}.toml: digid.provider: there is no providers/{provider}.toml"
        elif upstream.scheme != Scheme.DIGID.value:
            yield f"brands/{name}.toml: digid.provider: providers/{provider}.toml is of another scheme"


def _entity_ids_differ(settings: Settings) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name, brand in settings.brands.items():
        if brand.digid is None:
            continue
        if other := seen.get(brand.digid.entity_id):
            yield f"brands/{name}.toml: digid.entity_id: brand {other} has the same one"
        seen[brand.digid.entity_id] = name


def _client_ids_differ(settings: Settings) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name, portal in settings.portals.items():
        for key, registered in _registered_by(portal):
            if other := seen.get(registered.client_id):
                yield f"portals/{name}.toml: {key}.client_id: portal {other} has the same"
            seen[registered.client_id] = name


def _registered_by(portal: Portal) -> Iterator[tuple[str, ClientMetadata | ResourceServer]]:
    yield "client", portal.client
    if portal.resource_server is not None:
        yield "resource_server", portal.resource_server


def _clients_can_authenticate(settings: Settings) -> Iterator[str]:
    for name, portal in settings.portals.items():
        client = portal.client
        by_key = client.token_endpoint_auth_method == "private_key_jwt"
        has_keys = client.jwks is not None or client.jwks_file is not None
        if client.jwks is not None and client.jwks_file is not None:
            yield f"portals/{name}.toml: client: give jwks or jwks_file, not both"
        if (by_key or client.id_token_encrypted_response_alg) and not has_keys:
            yield f"portals/{name}.toml: client: jwks or jwks_file is needed for its keys"
        if by_key == (client.client_secret_sha256 is not None):
            yield f"portals/{name}.toml: client.client_secret_sha256: goes with client_secret_basic alone"


def _wish_for_mail(portal: Portal) -> str | None:
    """What the portal asks for that goes by mail; None when nothing does."""
    if portal.login.without_account == "register":
        return "without_account: register"
    # Whoever forgot a password gets a link to choose another, and eHerkenning is bound by a code.
    by_mail = (scheme for scheme in (Scheme.PASSWORD, Scheme.EHERKENNING) if scheme in portal.login.schemes)
    scheme = next(by_mail, None)
    return f"providers: {scheme.value}" if scheme else None


def _mail_can_be_sent(settings: Settings) -> Iterator[str]:
    for name, portal in settings.portals.items():
        wish = _wish_for_mail(portal)
        if wish is None:
            continue
        needs = f"portals/{name}.toml: login.{wish} needs [mail] in"
        brand = settings.brands.get(portal.brand)
        if settings.broker.mail is None:
            yield f"{needs} broker.toml"
        if brand is not None and brand.mail is None:
            yield f"{needs} brands/{portal.brand}.toml"


def _staff_can_be_invited(settings: Settings) -> Iterator[str]:
    for name, brand in settings.brands.items():
        if brand.staff is None:
            continue
        if settings.broker.mail is None:
            yield f"brands/{name}.toml: staff: needs [mail] in broker.toml"
        if brand.mail is None:
            yield f"brands/{name}.toml: staff: needs [mail] in the same file"
        if brand.staff.absolute_seconds < brand.staff.idle_seconds:
            yield f"brands/{name}.toml: staff.absolute_seconds: is shorter than idle_seconds"


def _mail_password_is_protected(settings: Settings) -> Iterator[str]:
    mail = settings.broker.mail
    if mail is None:
        return
    if (mail.username is None) != (mail.password is None):
        yield "broker.toml: mail: username and password go together"
    if mail.password is not None and mail.security is MailSecurity.NONE:
        yield "broker.toml: mail.security: a password travels only over TLS"


def _redirects_are_web_addresses(settings: Settings) -> Iterator[str]:
    for name, portal in settings.portals.items():
        for uri in (*portal.client.redirect_uris, *portal.client.post_logout_redirect_uris):
            if "*" in uri or "\\" in uri or not uri.isascii():
                yield f"portals/{name}.toml: client: {uri!r} has characters that are not allowed"


def _production_is_not_a_demo(settings: Settings) -> Iterator[str]:
    broker = settings.broker
    if broker.environment is not Environment.PRODUCTION:
        return
    if broker.clock.offset_file is not None:
        yield "broker.toml: clock.offset_file: a clock that can be moved is for the demo only"
    if broker.storage.database_url.startswith("sqlite"):
        yield "broker.toml: storage.database_url: production needs PostgreSQL"
    yield from _not_for_production("broker.toml: issuer", broker.issuer)
    for name, portal in settings.portals.items():
        for key, url in _urls_of(portal):
            yield from _not_for_production(f"portals/{name}.toml: {key}", url)
    for name, brand in settings.brands.items():
        if brand.digid:
            yield from _not_for_production(f"brands/{name}.toml: digid.entity_id", brand.digid.entity_id)


def _production_has_secrets_of_its_own(settings: Settings) -> Iterator[str]:
    if settings.broker.environment is not Environment.PRODUCTION:
        return
    for name, portal in settings.portals.items():
        for key, registered in _registered_by(portal):
            if registered.client_secret_sha256 in SAMPLE_SECRETS:
                yield f"portals/{name}.toml: {key}.client_secret_sha256: is of the demo's sample secret"


def _production_mail_is_protected(settings: Settings) -> Iterator[str]:
    mail = settings.broker.mail
    if mail is None or settings.broker.environment is not Environment.PRODUCTION:
        return
    if mail.security is MailSecurity.NONE:
        yield "broker.toml: mail.security: must be starttls or tls in production"
    if is_loopback(f"smtp://{mail.host}"):
        yield "broker.toml: mail.host: points at this machine, which is for the demo only"


def _urls_of(portal: Portal) -> Iterator[tuple[str, str]]:
    yield "url", portal.url
    for uri in portal.client.redirect_uris:
        yield "client.redirect_uris", uri
    for uri in portal.client.post_logout_redirect_uris:
        yield "client.post_logout_redirect_uris", uri
    if portal.client.backchannel_logout_uri is not None:
        yield "client.backchannel_logout_uri", portal.client.backchannel_logout_uri


def _not_for_production(where: str, url: str) -> Iterator[str]:
    if urlsplit(url).scheme != "https":
        yield f"{where}: must be https in production"
    if is_loopback(url):
        yield f"{where}: points at this machine, which is for the demo only"


_RULES: tuple[Callable[[Settings], Iterator[str]], ...] = (
    _one_key_encryption_key,
    _there_is_something_to_serve,
    _brand_names_are_free,
    _brands_name_known_providers,
    _entity_ids_differ,
    _client_ids_differ,
    _clients_can_authenticate,
    *LOGIN_RULES,
    *ROLE_RULES,
    *WORK_ADDRESS_RULES,
    *ACCESS_RULES,
    *EHERKENNING_RULES,
    *PROVIDER_RULES,
    _mail_can_be_sent,
    _staff_can_be_invited,
    _mail_password_is_protected,
    *SMS_RULES,
    _redirects_are_web_addresses,
    _production_is_not_a_demo,
    _production_has_secrets_of_its_own,
    _production_mail_is_protected,
)
