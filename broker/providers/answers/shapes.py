"""The forms that all schemes have, for the profiles of their answers (SAML core 2.4, 2.5, 3.2.2)."""

from __future__ import annotations

from typing import Final

from broker.providers.saml.names import ds, saml, samlp
from broker.providers.saml.shape import Shape, maybe, names, once, some

SIGNATURE: Final = Shape(ds("Signature"), opaque=True)
ISSUER: Final = Shape(saml("Issuer"), optional=names("Format"), text=True)

STATUS: Final = Shape(
    samlp("Status"),
    children=(
        once(
            Shape(
                samlp("StatusCode"),
                required=names("Value"),
                children=(maybe(Shape(samlp("StatusCode"), required=names("Value"))),),
            )
        ),
        maybe(Shape(samlp("StatusMessage"), text=True)),
    ),
)

CONFIRMATION: Final = Shape(
    saml("SubjectConfirmation"),
    required=names("Method"),
    children=(
        maybe(
            Shape(
                saml("SubjectConfirmationData"),
                optional=names("InResponseTo", "Recipient", "NotOnOrAfter", "Address"),
            )
        ),
    ),
)

CONDITIONS: Final = Shape(
    saml("Conditions"),
    optional=names("NotBefore", "NotOnOrAfter"),
    children=(
        some(
            Shape(
                saml("AudienceRestriction"),
                children=(some(Shape(saml("Audience"), text=True), minimum=1),),
            )
        ),
    ),
)
