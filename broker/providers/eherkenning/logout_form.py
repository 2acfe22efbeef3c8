"""The exact form of a LogoutResponse, as it is in a form and as it is in a query."""

from __future__ import annotations

from typing import Final

from broker.providers.answers.shapes import ISSUER, STATUS
from broker.providers.eherkenning.form import SIGNATURE
from broker.providers.saml.names import samlp
from broker.providers.saml.profile import Layer, LayerName, Profile
from broker.providers.saml.shape import Part, Shape, maybe, names, once

_PATH: Final = (samlp("LogoutResponse"),)


def _response(*signature: Part) -> Shape:
    return Shape(
        samlp("LogoutResponse"),
        required=names("ID", "Version", "IssueInstant"),
        optional=names("InResponseTo", "Destination", "Consent"),
        children=(once(ISSUER), *signature, once(STATUS)),
    )


def _profile(name: str, message: Shape, *, is_signed_within: bool) -> Profile:
    layer = Layer(LayerName.LOGOUT_RESPONSE, _PATH, _response(), is_signed_within, is_signed_within)
    return Profile(name, message, (layer,))


LOGOUT_IN_FORM: Final = _profile(
    "eherkenning-logout-form", _response(maybe(SIGNATURE)), is_signed_within=True
)
"""The message is signed within; without, or in the wrong place, it is refused before any value is read."""

LOGOUT_IN_QUERY: Final = _profile("eherkenning-logout-query", _response(), is_signed_within=False)
"""The query is signed; the message holds no signature of its own (SAML bindings 3.4.4.1)."""
