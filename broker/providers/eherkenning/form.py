"""The exact forms of what a herkenningsmakelaar sends: behind an artifact, and by the browser.

An Assertion that is always signed, in a Response that may be signed too, in a signed ArtifactResponse or by
itself. One Advice of other parties' assertions may stand in the Assertion; it is cut out before any value is
read. Identifiers are encrypted, each in a value of an attribute (Afsprakenstelsel, interface DV-HM 1.13).
"""

from __future__ import annotations

from typing import Final

from broker.providers.answers.shapes import CONDITIONS, CONFIRMATION, ISSUER, STATUS
from broker.providers.saml.encrypted_forms import ENCRYPTED_ID
from broker.providers.saml.names import XSI, ds, saml, samlp, soap
from broker.providers.saml.profile import Layer, LayerName, Profile
from broker.providers.saml.shape import Part, Shape, maybe, names, once, some

MOST_VALUES: Final = 4
"""For one attribute: a legal person has two numbers; more is work for nothing."""

# The key is told by its name alone, never by a certificate (Afsprakenstelsel, digital signature). Not that
# we read either: the keys are those of the metadata.
SIGNATURE: Final = Shape(
    ds("Signature"),
    optional=names("Id"),
    children=(
        once(Shape(ds("SignedInfo"), opaque=True)),
        once(Shape(ds("SignatureValue"), opaque=True)),
        maybe(Shape(ds("KeyInfo"), children=(maybe(Shape(ds("KeyName"), text=True)),))),
    ),
)

_NAME_ID = Shape(saml("NameID"), optional=names("Format", "NameQualifier", "SPNameQualifier"), text=True)
_SUBJECT = Shape(saml("Subject"), children=(maybe(_NAME_ID), maybe(CONFIRMATION)))
_ADVICE = Shape(saml("Advice"), opaque=True)

_AUTHN_STATEMENT = Shape(
    saml("AuthnStatement"),
    required=names("AuthnInstant"),
    optional=names("SessionIndex", "SessionNotOnOrAfter"),
    children=(
        maybe(Shape(saml("SubjectLocality"), optional=names("Address", "DNSName"))),
        once(
            Shape(
                saml("AuthnContext"),
                children=(
                    once(Shape(saml("AuthnContextClassRef"), text=True)),
                    some(Shape(saml("AuthenticatingAuthority"), text=True)),
                ),
            ),
        ),
    ),
)

_ATTRIBUTE_VALUE = Shape(
    saml("AttributeValue"), optional=names(f"{{{XSI}}}type"), text=True, children=(maybe(ENCRYPTED_ID),)
)
_ATTRIBUTES = Shape(
    saml("AttributeStatement"),
    children=(
        some(
            Shape(
                saml("Attribute"),
                required=names("Name"),
                optional=names("NameFormat", "FriendlyName"),
                children=(Part(_ATTRIBUTE_VALUE, minimum=1, maximum=MOST_VALUES),),
            ),
            minimum=1,
        ),
    ),
)


def _assertion(*advice: Part) -> Shape:
    return Shape(
        saml("Assertion"),
        required=names("ID", "Version", "IssueInstant"),
        children=(
            once(ISSUER),
            maybe(SIGNATURE),
            maybe(_SUBJECT),
            maybe(CONDITIONS),
            *advice,
            maybe(_AUTHN_STATEMENT),
            maybe(_ATTRIBUTES),
        ),
    )


def _response(assertion: Shape) -> Shape:
    return Shape(
        samlp("Response"),
        required=names("ID", "Version", "IssueInstant"),
        optional=names("InResponseTo", "Destination", "Consent"),
        children=(once(ISSUER), maybe(SIGNATURE), once(STATUS), maybe(assertion)),
    )


def _artifact_response(response: Shape) -> Shape:
    return Shape(
        samlp("ArtifactResponse"),
        required=names("ID", "Version", "IssueInstant"),
        optional=names("InResponseTo", "Destination"),
        children=(once(ISSUER), maybe(SIGNATURE), once(STATUS), maybe(response)),
    )


# As received, and as it is after the Advice was cut out.
_RECEIVED = _response(_assertion(maybe(_ADVICE)))
_READ_ASSERTION = _assertion()
_READ = _response(_READ_ASSERTION)

_BODY = (soap("Envelope"), soap("Body"))
_OUTER = (*_BODY, samlp("ArtifactResponse"))
_WITHIN = (*_OUTER, samlp("Response"))


def _inner(path: tuple[str, ...], *, response_must_be_signed: bool) -> tuple[Layer, Layer]:
    return (
        Layer(LayerName.RESPONSE, path, _READ, True, response_must_be_signed),
        Layer(LayerName.ASSERTION, (*path, saml("Assertion")), _READ_ASSERTION, True, True),
    )


def _profile(name: str, message: Shape, response_path: tuple[str, ...], layers: tuple[Layer, ...]) -> Profile:
    assertion = (*response_path, saml("Assertion"))
    values = (saml("AttributeStatement"), saml("Attribute"), saml("AttributeValue"))
    return Profile(
        name=name,
        message=message,
        layers=layers,
        advice=(*assertion, saml("Advice")),
        identifiers=(*assertion, *values, saml("EncryptedID")),
    )


BY_ARTIFACT: Final = _profile(
    "eherkenning-artifact",
    Shape(
        soap("Envelope"),
        children=(
            maybe(Shape(soap("Header"))),
            once(Shape(soap("Body"), children=(once(_artifact_response(_RECEIVED)),))),
        ),
    ),
    _WITHIN,
    (
        Layer(LayerName.ARTIFACT_RESPONSE, _OUTER, _artifact_response(_READ), True, True),
        *_inner(_WITHIN, response_must_be_signed=False),
    ),
)
"""Behind an artifact: the signed ArtifactResponse covers everything."""

BY_POST: Final = _profile(
    "eherkenning-post",
    _RECEIVED,
    (samlp("Response"),),
    _inner((samlp("Response"),), response_must_be_signed=True),
)
"""By the browser: nothing but the Response's own signature covers its status, so that it must be there."""
