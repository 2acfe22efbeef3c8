"""The ways of logging in as the pages know them: one row a scheme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from broker.domain.assurance import EherkenningLevel, Level, Scheme


class WayKind(Enum):
    """What a way of logging in asks of our own page."""

    JOURNEY = "a button: the browser goes to the provider and comes back by SAML"
    FORM = "a form: what is typed comes to us"


@dataclass(frozen=True, slots=True)
class WayIn:
    """One way. `label` is its name in a sentence, in every language; `part` names its templates.

    The choice page shows ``login/options/<part>.html`` and ``login/options/<part>-steps.html``.
    """

    label: str
    kind: WayKind
    part: str


WAYS_IN: Final[Mapping[Scheme, WayIn]] = MappingProxyType(
    {
        Scheme.DIGID: WayIn("DigiD", WayKind.JOURNEY, "digid"),
        Scheme.EHERKENNING: WayIn("eHerkenning", WayKind.JOURNEY, "eherkenning"),
        Scheme.PASSWORD: WayIn("e-mail", WayKind.FORM, "password"),
    }
)

LEVEL_NAMES: Final[Mapping[Level, str]] = MappingProxyType(
    {
        EherkenningLevel.EH2PLUS: "eH2+",
        EherkenningLevel.EH3: "eH3",
        EherkenningLevel.EH4: "eH4",
    }
)
"""As eHerkenning is spelled, so are its levels, which people have to know before they go there."""

JOURNEYS: Final = ", ".join(scheme.value for scheme, way in WAYS_IN.items() if way.kind is WayKind.JOURNEY)
"""The schemes that lead away, as the argument of the converter `any` in a route."""

ANSWERS_BY_POST: Final = frozenset({Scheme.EHERKENNING})
"""Those of them whose answer may come by a POST (DigiD's never does)."""

KEEP_LOGINS: Final = frozenset({Scheme.EHERKENNING})
"""Those of them that may still know a person who logged out here (DigiD asks anew each time)."""
