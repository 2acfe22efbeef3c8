"""The other party's metadata: read from a file that the operator trusts, through our own strict parse.

The file is the root of trust, brought by hand (Logius publishes no feed), so its own signature is not what
we go by; what it says is pinned. Certificates are trusted as keys: their dates are for the operator's alarms.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml.etree import _Element

from broker.errors import ConfigurationError
from broker.providers.saml.bytes_rules import check_bytes
from broker.providers.saml.keys import rsa_key_of
from broker.providers.saml.names import BINDING_POST, BINDING_REDIRECT, BINDING_SOAP, SAMLP, ds, md
from broker.providers.saml.parse import parse_strictly
from broker.providers.saml.refusal import GateRefused


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """What we know of the party that we ask. A URL is None when its binding is not offered."""

    entity_id: str
    redirect_url: str | None
    post_url: str | None
    artifact_resolution_url: str
    certificates: tuple[x509.Certificate, ...]

    @property
    def trusted_keys(self) -> tuple[RSAPublicKey, ...]:
        """The keys that may sign its answers."""
        return tuple(rsa_key_of(certificate) for certificate in self.certificates)


def load_identity_provider(metadata_file: Path) -> IdentityProvider:
    """Read a metadata file; raises `ConfigurationError` naming the file and all that is wrong with it."""
    try:
        return read_identity_provider(metadata_file.read_bytes())
    except OSError as fault:
        raise ConfigurationError((f"{metadata_file}: cannot be read",)) from fault
    except GateRefused as fault:
        raise ConfigurationError((f"{metadata_file}: {fault.detail} ({fault.reason_code})",)) from fault
    except ConfigurationError as fault:
        raise ConfigurationError(tuple(f"{metadata_file}: {each}" for each in fault.faults)) from fault


def read_identity_provider(document: bytes) -> IdentityProvider:
    """Read one EntityDescriptor with one IDPSSODescriptor (SAML metadata 2.4.3).

    Raises `GateRefused` for XML that we do not take, `ConfigurationError` for what is missing in it.
    """
    check_bytes(document)
    root = parse_strictly(document)
    role = root.find(md("IDPSSODescriptor"))
    if root.tag != md("EntityDescriptor") or role is None:
        raise ConfigurationError(("is not the metadata of one identity provider",))
    faults: list[str] = []
    entity_id = root.get("entityID", "")
    if not entity_id:
        faults.append("names no entityID")
    if SAMLP not in role.get("protocolSupportEnumeration", "").split():
        faults.append("does not speak SAML 2.0")
    certificates = _signing_certificates(role, faults)
    redirect_url = _single_sign_on(role, BINDING_REDIRECT)
    post_url = _single_sign_on(role, BINDING_POST)
    if redirect_url is None and post_url is None:
        faults.append("offers no SingleSignOnService by Redirect or POST")
    resolution_url = _artifact_resolution(role)
    if not resolution_url:
        faults.append("offers no ArtifactResolutionService by SOAP with index 0")
    if faults:
        raise ConfigurationError(tuple(faults))
    return IdentityProvider(entity_id, redirect_url, post_url, resolution_url, certificates)


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
    return tuple(found)


def _single_sign_on(role: _Element, binding: str) -> str | None:
    for service in role.findall(md("SingleSignOnService")):
        if service.get("Binding") == binding:
            return service.get("Location")
    return None


def _artifact_resolution(role: _Element) -> str:
    for service in role.findall(md("ArtifactResolutionService")):
        if service.get("Binding") == BINDING_SOAP and service.get("index") == "0":
            return service.get("Location", "")
    return ""
