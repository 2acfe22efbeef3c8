"""The names of the standards that we speak: namespaces, algorithms, bindings, status codes.

XML Signature 1.1, Exclusive XML Canonicalization 1.0, SAML 2.0 core 3.2.2.2 and bindings 3.
"""

from __future__ import annotations

from typing import Final

SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
METADATA: Final = "urn:oasis:names:tc:SAML:2.0:metadata"
METADATA_RPI: Final = "urn:oasis:names:tc:SAML:metadata:rpi"
SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
EXC_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
XENC: Final = "http://www.w3.org/2001/04/xmlenc#"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"

ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
SHA1: Final = "http://www.w3.org/2000/09/xmldsig#sha1"
AES256_CBC: Final = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
RSA_OAEP_MGF1P: Final = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
ENCRYPTED_ELEMENT: Final = "http://www.w3.org/2001/04/xmlenc#Element"

BINDING_REDIRECT: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
BINDING_POST: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
BINDING_ARTIFACT: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
BINDING_SOAP: Final = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"

BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
FORMAT_ENTITY: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
FORMAT_PERSISTENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
FORMAT_TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
FORMAT_UNSPECIFIED: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"

STATUS_SUCCESS: Final = "urn:oasis:names:tc:SAML:2.0:status:Success"
STATUS_RESPONDER: Final = "urn:oasis:names:tc:SAML:2.0:status:Responder"
STATUS_AUTHN_FAILED: Final = "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"
STATUS_NO_AUTHN_CONTEXT: Final = "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext"
STATUS_REQUEST_DENIED: Final = "urn:oasis:names:tc:SAML:2.0:status:RequestDenied"
STATUS_REQUEST_UNSUPPORTED: Final = "urn:oasis:names:tc:SAML:2.0:status:RequestUnsupported"
STATUS_PARTIAL_LOGOUT: Final = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout"


def saml(local: str) -> str:
    """The qualified name of an element of the assertion namespace."""
    return f"{{{SAML}}}{local}"


def samlp(local: str) -> str:
    """The qualified name of an element of the protocol namespace."""
    return f"{{{SAMLP}}}{local}"


def ds(local: str) -> str:
    """The qualified name of an element of XML Signature."""
    return f"{{{DS}}}{local}"


def xenc(local: str) -> str:
    """The qualified name of an element of XML Encryption."""
    return f"{{{XENC}}}{local}"


def md(local: str) -> str:
    """The qualified name of an element of SAML metadata."""
    return f"{{{METADATA}}}{local}"


def soap(local: str) -> str:
    """The qualified name of an element of SOAP 1.1."""
    return f"{{{SOAP}}}{local}"
