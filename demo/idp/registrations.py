"""Who is registered at a simulator: files in a folder, read again whenever one of them has changed."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from cryptography import x509
from lxml import etree

from demo.idp.forms import DS, MD, SAMLP, NotXml
from demo.idp.verifying import BadSignature

MAX_TLS_CERTIFICATES = 2


class BadMetadata(ValueError):
    """A registration that cannot be used; the message says why and names no content."""


class Registered(Protocol):
    """A registration: who it is for."""

    @property
    def entity_id(self) -> str:
        """The entityID that messages name."""


ProviderT = TypeVar("ProviderT", bound=Registered)


@dataclass(frozen=True, slots=True)
class Registrations(Generic[ProviderT]):
    """What the folder held at one moment: usable registrations, and files with the reason they are not."""

    providers: Mapping[str, ProviderT]
    refused: Mapping[str, str]


class FolderRegistry(ABC, Generic[ProviderT]):
    """The registrations in `*.xml` of the first folder; a change in any of the folders is noticed."""

    def __init__(self, folders: Sequence[Path], default_tls: Path) -> None:
        self._folders = tuple(folders)
        self._default_tls = default_tls
        self._lock = threading.Lock()
        self._seen: tuple[object, Registrations[ProviderT]] = (None, Registrations({}, {}))

    @abstractmethod
    def read(self, file: Path, tls: tuple[x509.Certificate, ...]) -> ProviderT:
        """One registration. Raises `NotXml`, `BadSignature` or `BadMetadata`."""

    def find(self, entity_id: str) -> ProviderT | None:
        """The registration with that entityID."""
        return self.current().providers.get(entity_id)

    def current(self) -> Registrations[ProviderT]:
        """All registrations as the files are now."""
        marks = [
            _mark(file)
            for folder in self._folders
            for kind in ("*.xml", "*.pem")
            for file in sorted(folder.glob(kind))
        ]
        with self._lock:
            if self._seen[0] != marks:
                self._seen = (marks, self._read())
            return self._seen[1]

    def _read(self) -> Registrations[ProviderT]:
        providers: dict[str, ProviderT] = {}
        refused: dict[str, str] = {}
        for file in sorted(self._folders[0].glob("*.xml")):
            try:
                provider = self.read(file, self._tls_of(file))
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


def sp_descriptor(entity: etree._Element) -> etree._Element:
    """The one SPSSODescriptor for SAML 2.0. Raises `BadMetadata`."""
    descriptors = entity.findall(f"{{{MD}}}SPSSODescriptor")
    if len(descriptors) != 1 or SAMLP not in descriptors[0].get("protocolSupportEnumeration", "").split():
        raise BadMetadata("there must be one SPSSODescriptor for SAML 2.0")
    return descriptors[0]


def keys_for(use: str, descriptor: etree._Element) -> dict[str, x509.Certificate]:
    """The certificates for signing or for encryption by KeyName, in the order of the document.

    Raises `BadMetadata` when there is none, or one without a name of its own.
    """
    keys: dict[str, x509.Certificate] = {}
    for key in descriptor.findall(f"{{{MD}}}KeyDescriptor"):
        if key.get("use", use) != use:
            continue
        name = (key.findtext(f"{{{DS}}}KeyInfo/{{{DS}}}KeyName") or "").strip()
        body = key.findtext(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate") or ""
        if not name or name in keys:
            raise BadMetadata(f"each {use} key needs a KeyName of its own")
        keys[name] = certificate_in(body)
    if not keys:
        raise BadMetadata(f"there is no {use} key")
    return keys


def certificate_in(text: str) -> x509.Certificate:
    """The certificate that stands in an X509Certificate. Raises `BadMetadata`."""
    pem = f"-----BEGIN CERTIFICATE-----\n{text.strip()}\n-----END CERTIFICATE-----\n"
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError as problem:
        raise BadMetadata("a certificate cannot be read") from problem


def _mark(file: Path) -> tuple[str, int, int, int]:
    """What differs when a file has changed."""
    status = file.stat()
    return file.name, status.st_ino, status.st_mtime_ns, status.st_size
