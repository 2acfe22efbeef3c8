"""A profile: the whole form of one kind of answer, as a value that the gate is given.

The engine knows no scheme. What DigiD sends is described in `broker.providers.digid.form`; another scheme
is another value.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from broker.providers.saml.shape import Shape


class LayerName(StrEnum):
    """The layers that can carry a signature and have an ID of their own: of an answer, and metadata."""

    ARTIFACT_RESPONSE = "artifact-response"
    RESPONSE = "response"
    ASSERTION = "assertion"
    LOGOUT_RESPONSE = "logout-response"
    METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer at one absolute path of qualified names, root first."""

    name: LayerName
    path: tuple[str, ...]
    shape: Shape
    may_be_signed: bool
    must_be_signed: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """`message` is the shape of the document as received; `layers` go from the outside in.

    `advice` is the path at which one Advice may stand (None: nowhere). What is in it is covered by the
    signature around it and by nothing that we could check, so that it is counted and measured, and cut out
    before any value is read: the shapes of the layers do not know it. `identifiers` is the path at which
    encrypted identifiers may stand, any number of them.
    """

    name: str
    message: Shape
    layers: tuple[Layer, ...]
    advice: tuple[str, ...] | None = None
    identifiers: tuple[str, ...] | None = None
