"""Tells a SOAP fault from any other message: somebody heard us and says no (SOAP 1.1 section 4.4)."""

from __future__ import annotations

from broker.providers.saml.bytes_rules import check_bytes
from broker.providers.saml.names import soap
from broker.providers.saml.parse import parse_strictly
from broker.providers.saml.refusal import GateRefused


def is_soap_fault(message: bytes) -> bool:
    """Whether it is one plain envelope of SOAP 1.1 with a fault, and nothing else, in its body.

    What the fault says is not looked at: it is not signed, and its words would be somebody else's in our log.
    """
    try:
        check_bytes(message)
        envelope = parse_strictly(message)
    except GateRefused:
        return False
    contents = [[child.tag for child in body] for body in envelope.iterfind(soap("Body"))]
    return (
        envelope.tag == soap("Envelope")
        and contents == [[soap("Fault")]]
        # The one child without which a fault is none; SOAP 1.1 gives it no namespace.
        and envelope.find(f"{soap('Body')}/{soap('Fault')}/faultcode") is not None
    )
