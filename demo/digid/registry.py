"""The web services that DigiD knows: their SAML metadata and the TLS certificates they registered.

For the demo a registration is a file `<name>.xml` in `digid/sp/` of the state directory. A file
`<name>.tls.pem` beside it holds the client certificates of that web service (at Logius a form, not part of
the metadata); without it the broker's own client certificate counts.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from lxml import etree

from demo.clock import Clock
from demo.idp.forms import DS, HTTP_ARTIFACT, MD, SAMLP, NotXml, parse_xml
from demo.idp.verifying import BadSignature, verified

MAX_TLS_CERTIFICATES = 2


class BadMetadata(ValueError):
    """A registration that cannot be used; the message says why and names no content."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """Where artifacts may be sent: one AssertionConsumerService with binding HTTP-Artifact."""

    index: int
    url: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """One web service. `signing` maps KeyName to certificate, in the order of the metadata."""

    entity_id: str
    wants_assertions_signed: bool
    signing: Mapping[str, x509.Certificate]
    consumers: tuple[Consumer, ...]
    name: str | None
    tls: tuple[x509.Certificate, ...] = ()

    def consumer(self, index: int) -> Consumer | None:
        """The consumer with that index."""
        return next((consumer for consumer in self.consumers if consumer.index == index), None)

    @property
    def default_consumer(self) -> Consumer:
        """The one marked default, else the first (SAML metadata 2.2.3)."""
        return next((consumer for consumer in self.consumers if consumer.is_default), self.consumers[0])


@dataclass(frozen=True, slots=True)
class Registrations:
    """What the folder held at one moment: usable registrations, and files with the reason they are not."""

    providers: Mapping[str, ServiceProvider]
    refused: Mapping[str, str]


class Registry:
    """Reads the folder again whenever a file in it has changed."""

    def __init__(self, folder: Path, default_tls: Path, clock: Clock) -> None:
        self._folder = folder
        self._default_tls = default_tls
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: tuple[object, Registrations] = (None, Registrations({}, {}))

    def find(self, entity_id: str) -> ServiceProvider | None:
        """The registration with that entityID."""
        return self.current().providers.get(entity_id)

    def current(self) -> Registrations:
        """All registrations as the files are now."""
        marks = [_mark(file) for kind in ("*.xml", "*.pem") for file in sorted(self._folder.glob(kind))]
        with self._lock:
            if self._seen[0] != marks:
                self._seen = (marks, self._read())
            return self._seen[1]

    def _read(self) -> Registrations:
        providers: dict[str, ServiceProvider] = {}
        refused: dict[str, str] = {}
        for file in sorted(self._folder.glob("*.xml")):
            try:
                provider = read_metadata(file.read_bytes(), self._tls_of(file), self._clock)
            except (BadMetadata, BadSignature, NotXml) as problem:
                refused[file.name] = str(problem)
                continue
            if provider.entity_id in providers:
                refused[file.name] = "another file has the same entityID"
            else:
                providers[provider.entity_id] = provider
        return Registrations(providers, refused)

    def _tls_of(self, metadata: Path) -> tuple[x509.Certificate, ...]:
        own = metadata.with_suffix(".tls.pem")
        source = own if own.exists() else self._default_tls
        try:
            certificates = tuple(x509.load_pem_x509_certificates(source.read_bytes()))
        except (OSError, ValueError) as problem:
            raise BadMetadata(f"no client certificate in {source.name}") from problem
        if len(certificates) > MAX_TLS_CERTIFICATES:
            raise BadMetadata(f"more than {MAX_TLS_CERTIFICATES} client certificates in {source.name}")
        return certificates


def _mark(file: Path) -> tuple[str, int, int, int]:
    """What differs when a file has changed."""
    status = file.stat()
    return file.name, status.st_ino, status.st_mtime_ns, status.st_size


def read_metadata(document: bytes, tls: tuple[x509.Certificate, ...], clock: Clock) -> ServiceProvider:
    """Reads one EntityDescriptor that is signed with a key it names itself (specification 3.7, metadata).

    That proves possession of the key; trust comes from the folder, as at Logius it comes from the form.
    Raises `NotXml`, `BadSignature` or `BadMetadata`.
    """
    root = parse_xml(document)
    if root.tag != f"{{{MD}}}EntityDescriptor":
        raise BadMetadata("the root is not an EntityDescriptor")
    entity = verified(root, _signing_keys(_descriptor(root)), clock())
    descriptor = _descriptor(entity)
    entity_id = entity.get("entityID")
    if not entity_id:
        raise BadMetadata("there is no entityID")
    if descriptor.get("AuthnRequestsSigned") not in ("true", "1"):
        raise BadMetadata("AuthnRequestsSigned must be true")
    return ServiceProvider(
        entity_id=entity_id,
        wants_assertions_signed=descriptor.get("WantAssertionsSigned") in ("true", "1"),
        signing=_signing_keys(descriptor),
        consumers=_consumers(descriptor),
        name=entity.findtext(f"{{{MD}}}Organization/{{{MD}}}OrganizationDisplayName"),
        tls=tls,
    )


def _descriptor(entity: etree._Element) -> etree._Element:
    descriptors = entity.findall(f"{{{MD}}}SPSSODescriptor")
    if len(descriptors) != 1 or SAMLP not in descriptors[0].get("protocolSupportEnumeration", "").split():
        raise BadMetadata("there must be one SPSSODescriptor for SAML 2.0")
    return descriptors[0]


def _signing_keys(descriptor: etree._Element) -> Mapping[str, x509.Certificate]:
    keys: dict[str, x509.Certificate] = {}
    for key in descriptor.findall(f"{{{MD}}}KeyDescriptor"):
        if key.get("use", "signing") != "signing":
            continue
        name = (key.findtext(f"{{{DS}}}KeyInfo/{{{DS}}}KeyName") or "").strip()
        body = key.findtext(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate") or ""
        if not name or name in keys:
            raise BadMetadata("each signing key needs a KeyName of its own")
        pem = f"-----BEGIN CERTIFICATE-----\n{body.strip()}\n-----END CERTIFICATE-----\n"
        try:
            keys[name] = x509.load_pem_x509_certificate(pem.encode())
        except ValueError as problem:
            raise BadMetadata("a signing certificate cannot be read") from problem
    if not keys:
        raise BadMetadata("there is no signing key")
    return keys


def _consumers(descriptor: etree._Element) -> tuple[Consumer, ...]:
    consumers = tuple(
        Consumer(int(index), url, service.get("isDefault") in ("true", "1"))
        for service in descriptor.findall(f"{{{MD}}}AssertionConsumerService")
        if service.get("Binding") == HTTP_ARTIFACT
        and (index := service.get("index", "")).isdecimal()
        and (url := service.get("Location", ""))
    )
    if not consumers:
        raise BadMetadata("there is no AssertionConsumerService with binding HTTP-Artifact")
    return consumers
