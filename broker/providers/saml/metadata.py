"""The other party's metadata: whom we ask, whose signatures we believe, and until when.

A file is brought by hand by somebody who trusts it, so its own signature is not what we go by; a feed is
believed by its signature alone (`broker.providers.saml.metadata_feed`). What either says is pinned: a
certificate counts as a key with a first and a last day, whoever issued it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml.etree import _Element

from broker.errors import ConfigurationError
from broker.providers.saml.bytes_rules import check_bytes
from broker.providers.saml.keys import rsa_key_of
from broker.providers.saml.metadata_ends import cache_duration, published_at, valid_until
from broker.providers.saml.names import BINDING_POST, BINDING_REDIRECT, BINDING_SOAP, SAMLP, ds, md
from broker.providers.saml.parse import parse_strictly
from broker.providers.saml.refusal import GateRefused

MOST_SIGNING_CERTIFICATES: Final = 8
"""Each of them may be tried on each signature; honest metadata has two while keys roll over."""

_INDEXES: Final = 65536


class NothingTrusted(Exception):
    """Nothing that the provider says can be believed at this moment; `detail` is a sentence for the log."""

    def __init__(self, reason_code: str, detail: str) -> None:
        super().__init__(f"{reason_code}: {detail}")
        self.reason_code = reason_code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class _TrustedKey:
    key: RSAPublicKey
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class IdentityProvider:
    """What we know of the party that we ask. A URL is None when its binding is not offered.

    `resolution_urls` are where artifacts are resolved, by the index that an artifact names. After
    `valid_until` nothing of this is to be believed (None: no end was told); after `cache_for` it should be
    fetched anew. `published_at` is when it was made (None: that was not told).
    """

    entity_id: str
    redirect_url: str | None
    post_url: str | None
    resolution_urls: Mapping[int, str]
    certificates: tuple[x509.Certificate, ...]
    valid_until: datetime | None = None
    cache_for: timedelta | None = None
    published_at: datetime | None = None
    logout_redirect_url: str | None = None
    logout_post_url: str | None = None

    @property
    def artifact_resolution_url(self) -> str:
        """The first of them, where one is as good as another."""
        return self.resolution_urls[min(self.resolution_urls)]

    def can_vouch(self, now: datetime) -> bool:
        """Whether an answer could be believed now."""
        return bool(self._valid_keys(now))

    def trusted_keys(self, now: datetime) -> tuple[RSAPublicKey, ...]:
        """The keys that may sign its answers now; raises `NothingTrusted` when there is none."""
        keys = self._valid_keys(now)
        if not keys:
            detail = "the provider's metadata has ended, or no signing certificate in it is valid now"
            raise NothingTrusted("metadata.ended", detail)
        return keys

    def _valid_keys(self, now: datetime) -> tuple[RSAPublicKey, ...]:
        if self.valid_until is not None and now >= self.valid_until:
            return ()
        return tuple(known.key for known in self._keys if known.begins_at <= now <= known.ends_at)

    @cached_property
    def _keys(self) -> tuple[_TrustedKey, ...]:
        return tuple(
            _TrustedKey(rsa_key_of(found), found.not_valid_before_utc, found.not_valid_after_utc)
            for found in self.certificates
        )


def load_identity_provider(metadata_file: Path, entity_id: str | None = None) -> IdentityProvider:
    """Read a metadata file; raises `ConfigurationError` naming the file and all that is wrong with it."""
    try:
        return read_identity_provider(metadata_file.read_bytes(), entity_id)
    except OSError as fault:
        raise ConfigurationError((f"{metadata_file}: cannot be read",)) from fault
    except GateRefused as fault:
        raise ConfigurationError((f"{metadata_file}: {fault.detail} ({fault.reason_code})",)) from fault
    except ConfigurationError as fault:
        raise ConfigurationError(tuple(f"{metadata_file}: {each}" for each in fault.faults)) from fault


def read_identity_provider(document: bytes, entity_id: str | None = None) -> IdentityProvider:
    """Read the one identity provider in `document`, or the one with `entity_id` (SAML metadata 2.3, 2.4.3).

    Raises `GateRefused` for XML that we do not take, `ConfigurationError` for what is missing in it.
    """
    check_bytes(document)
    return identity_provider_in(parse_strictly(document), entity_id)


def identity_provider_in(root: _Element, entity_id: str | None = None) -> IdentityProvider:
    """The same from a tree: an EntityDescriptor, or an EntitiesDescriptor around any number of them."""
    role = _role_of(root, entity_id)
    faults: list[str] = []
    entity = role.getparent()
    name = "" if entity is None else entity.get("entityID", "")
    if not name:
        faults.append("names no entityID")
    if SAMLP not in role.get("protocolSupportEnumeration", "").split():
        faults.append("does not speak SAML 2.0")
    redirect_url = _offered(role, "SingleSignOnService", BINDING_REDIRECT)
    post_url = _offered(role, "SingleSignOnService", BINDING_POST)
    if redirect_url is None and post_url is None:
        faults.append("offers no SingleSignOnService by Redirect or POST")
    found = IdentityProvider(
        entity_id=name,
        redirect_url=redirect_url,
        post_url=post_url,
        resolution_urls=_resolution_urls(role, faults),
        certificates=_signing_certificates(role, faults),
        valid_until=valid_until(role, faults),
        cache_for=cache_duration(role, faults),
        published_at=published_at(role),
        logout_redirect_url=_offered(role, "SingleLogoutService", BINDING_REDIRECT),
        logout_post_url=_offered(role, "SingleLogoutService", BINDING_POST),
    )
    if faults:
        raise ConfigurationError(tuple(faults))
    return found


def _role_of(root: _Element, entity_id: str | None) -> _Element:
    roles = [
        role
        for entity in _entities(root)
        if entity_id is None or entity.get("entityID") == entity_id
        for role in entity.iterchildren(md("IDPSSODescriptor"))
    ]
    if len(roles) == 1:
        return roles[0]
    if entity_id is not None:
        raise ConfigurationError((f"is not the metadata of one identity provider {entity_id}",))
    raise ConfigurationError(("is not the metadata of one identity provider; entity_id says which is meant",))


def _entities(element: _Element) -> Iterator[_Element]:
    """The descriptors of entities, in nested groups too; nothing that stands elsewhere, as in Extensions."""
    if element.tag == md("EntityDescriptor"):
        yield element
    elif element.tag == md("EntitiesDescriptor"):
        for child in element:
            yield from _entities(child)


def _signing_certificates(role: _Element, faults: list[str]) -> tuple[x509.Certificate, ...]:
    found: list[x509.Certificate] = []
    for descriptor in role.findall(md("KeyDescriptor")):
        if descriptor.get("use", "signing") != "signing":
            continue
        for element in descriptor.iter(ds("X509Certificate")):
            try:
                der = base64.b64decode("".join((element.text or "").split()), validate=True)
                certificate = x509.load_der_x509_certificate(der)
                rsa_key_of(certificate)
            except (binascii.Error, ValueError):
                faults.append(
                    "holds a signing certificate that is not readable or not RSA of 2048 bits or more"
                )
                continue
            if certificate not in found:
                found.append(certificate)
    if not found:
        faults.append("holds no usable signing certificate")
    if len(found) > MOST_SIGNING_CERTIFICATES:
        faults.append(f"holds more than {MOST_SIGNING_CERTIFICATES} signing certificates")
    return tuple(found)


def _offered(role: _Element, kind: str, binding: str) -> str | None:
    for service in role.findall(md(kind)):
        if service.get("Binding") == binding:
            return service.get("Location")
    return None


def _resolution_urls(role: _Element, faults: list[str]) -> Mapping[int, str]:
    urls: dict[int, str] = {}
    for service in role.iterchildren(md("ArtifactResolutionService")):
        if service.get("Binding") != BINDING_SOAP:
            continue
        index, url = service.get("index", ""), service.get("Location", "")
        if not (index.isascii() and index.isdecimal() and int(index) < _INDEXES) or int(index) in urls:
            faults.append("has an ArtifactResolutionService without an index of its own")
        elif not url.startswith("https://"):
            faults.append(f"has an ArtifactResolutionService (index {index}) that is not at https")
        else:
            urls[int(index)] = url
    if not urls:
        faults.append("offers no usable ArtifactResolutionService by SOAP")
    return urls
