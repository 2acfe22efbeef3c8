"""The exact form of what DigiD sends over the back channel, and nothing more.

SOAP 1.1 around one signed ArtifactResponse around at most one unsigned Response around at most one
Assertion; no Header content, Extensions, Advice, attributes or encryption (Koppelvlakspecificatie 3.7).
"""

from __future__ import annotations

from broker.providers.answers.shapes import CONDITIONS, CONFIRMATION, ISSUER, SIGNATURE, STATUS
from broker.providers.saml.names import saml, samlp, soap
from broker.providers.saml.profile import Layer, LayerName, Profile
from broker.providers.saml.shape import Shape, maybe, names, once

_SUBJECT = Shape(
    saml("Subject"),
    children=(
        maybe(Shape(saml("NameID"), optional=names("Format"), text=True)),
        maybe(CONFIRMATION),
    ),
)

_AUTHN_STATEMENT = Shape(
    saml("AuthnStatement"),
    required=names("AuthnInstant"),
    optional=names("SessionIndex"),
    children=(
        maybe(Shape(saml("SubjectLocality"), optional=names("Address", "DNSName"))),
        once(
            Shape(saml("AuthnContext"), children=(once(Shape(saml("AuthnContextClassRef"), text=True)),)),
        ),
    ),
)

_ASSERTION = Shape(
    saml("Assertion"),
    required=names("ID", "Version", "IssueInstant"),
    children=(
        once(ISSUER),
        maybe(SIGNATURE),
        maybe(_SUBJECT),
        maybe(CONDITIONS),
        maybe(_AUTHN_STATEMENT),
    ),
)

_RESPONSE = Shape(
    samlp("Response"),
    required=names("ID", "Version", "IssueInstant"),
    optional=names("InResponseTo", "Destination"),
    children=(once(ISSUER), once(STATUS), maybe(_ASSERTION)),
)

_ARTIFACT_RESPONSE = Shape(
    samlp("ArtifactResponse"),
    required=names("ID", "Version", "IssueInstant"),
    optional=names("InResponseTo"),
    children=(once(ISSUER), maybe(SIGNATURE), once(STATUS), maybe(_RESPONSE)),
)

_ENVELOPE = Shape(
    soap("Envelope"),
    children=(maybe(Shape(soap("Header"))), once(Shape(soap("Body"), children=(once(_ARTIFACT_RESPONSE),)))),
)

_OUTER_PATH = (soap("Envelope"), soap("Body"), samlp("ArtifactResponse"))
_RESPONSE_PATH = (*_OUTER_PATH, samlp("Response"))


def digid_profile(*, want_assertions_signed: bool) -> Profile:
    """DigiD's form; the Assertion must be signed too where our metadata asks for that."""
    return Profile(
        name="digid-3",
        message=_ENVELOPE,
        layers=(
            Layer(LayerName.ARTIFACT_RESPONSE, _OUTER_PATH, _ARTIFACT_RESPONSE, True, True),
            Layer(LayerName.RESPONSE, _RESPONSE_PATH, _RESPONSE, False, False),
            Layer(
                LayerName.ASSERTION,
                (*_RESPONSE_PATH, saml("Assertion")),
                _ASSERTION,
                True,
                want_assertions_signed,
            ),
        ),
    )
