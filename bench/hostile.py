"""Messages of nearly 256 KiB that are made to cost: the largest that the gate's cap on size lets in.

None carries a valid signature: whoever can sign as DigiD needs no such tricks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

SIZE_BYTES = 256 * 1024 - 64

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
_SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
_DS = "http://www.w3.org/2000/09/xmldsig#"
_HEAD = (
    f'<soapenv:Envelope xmlns:soapenv="{_SOAP}"><soapenv:Body><samlp:ArtifactResponse xmlns:samlp="{_SAMLP}" '
    f'xmlns:saml="{_SAML}" xmlns:ds="{_DS}" ID="_1" Version="2.0" IssueInstant="2026-01-01T00:00:00Z">'
    "<saml:Issuer>x</saml:Issuer>"
)
_TAIL = "</samlp:ArtifactResponse></soapenv:Body></soapenv:Envelope>"


def deep() -> bytes:
    """One element in another until there is no room left."""
    count = _room() // 7
    return _around("<a>" * count + "</a>" * count)


def many_elements() -> bytes:
    """As many elements side by side as fit."""
    return _around("<a/>" * (_room() // 4))


def within_caps() -> bytes:
    """As many elements, with names as long, as the caps on tags and attributes let pass."""
    each = '<saml:Attribute Name="{}"/>'
    count = 4000
    name = "n" * (_room() // count - len(each) + 2)
    return _around(each.format(name) * count)


def many_attributes() -> bytes:
    """One element with thousands of attributes, which parsers compare with one another."""
    made: list[str] = []
    length = 0
    while length < _room() - 20:
        made.append(f'a{len(made)}="" ')
        length += len(made[-1])
    return _around(f"<a {''.join(made)}/>")


def many_namespaces() -> bytes:
    """Thousands of namespace declarations, the torment of canonicalisation."""
    made: list[str] = []
    length = 0
    while length < _room() - 40:
        made.append(f'xmlns:n{len(made)}="u:{len(made)}" ')
        length += len(made[-1])
    return _around(f"<a {''.join(made)}/>")


def long_text() -> bytes:
    """One enormous value where a short one belongs."""
    return _around(f"<saml:Issuer>{'A' * (_room() - 30)}</saml:Issuer>")


def references() -> bytes:
    """Nothing but character references, each of which the parser has to look up."""
    return _around(f"<saml:Issuer>{'&#65;' * ((_room() - 30) // 5)}</saml:Issuer>")


def entities() -> bytes:
    """The billion laughs, with filling."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    kind = f'<!DOCTYPE x [<!ENTITY e0 "lol">{levels}]>'
    return (kind + _around("&e9;").decode() + " " * (_room() - len(kind))).encode()


def many_signatures() -> bytes:
    """Signature upon signature, each of which somebody might try to verify."""
    one = f"<ds:Signature><ds:SignedInfo/><ds:SignatureValue>{'A' * 340}</ds:SignatureValue></ds:Signature>"
    return _around(one * (_room() // len(one)))


def large_signed() -> bytes:
    """The right form with a wrong signature over as much as the form allows: the dearest to refuse."""
    transform = "http://www.w3.org/2001/10/xml-exc-c14n#"
    signature = (
        f'<ds:Signature><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{transform}"/>'
        '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        '<ds:Reference URI="#_1"><ds:Transforms>'
        f'<ds:Transform Algorithm="{_DS}enveloped-signature"/><ds:Transform Algorithm="{transform}"/>'
        '</ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<ds:DigestValue>{'A' * 43}=</ds:DigestValue></ds:Reference></ds:SignedInfo>"
        f"<ds:SignatureValue>{'A' * 342}==</ds:SignatureValue></ds:Signature>"
    )
    status = '<samlp:Status><samlp:StatusCode Value="{}"/></samlp:Status>'
    room = _room() - len(signature) - len(status)
    return _around(signature + status.format("&#65;" * (room // 5)))


HOSTILE: Mapping[str, Callable[[], bytes]] = MappingProxyType(
    {
        made.__name__: made
        for made in (
            deep,
            many_elements,
            within_caps,
            many_attributes,
            many_namespaces,
            long_text,
            references,
            entities,
            many_signatures,
            large_signed,
        )
    }
)


def _room() -> int:
    return SIZE_BYTES - len(_HEAD) - len(_TAIL)


def _around(content: str) -> bytes:
    return f"{_HEAD}{content}{_TAIL}".encode()
