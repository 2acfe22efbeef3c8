"""One brand's connection to eHerkenning: who we are there, which broker we ask, and for which services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from broker.domain.assurance import Assurance
from broker.errors import ConfigurationError
from broker.providers.eherkenning.service import Service
from broker.providers.saml.decrypt import DecryptionKey
from broker.providers.saml.keys import SigningKey
from broker.providers.saml.metadata import IdentityProvider
from broker.providers.saml.patience import Patience
from broker.providers.saml.rollover import Rollover


class RequestBinding(StrEnum):
    """How the browser carries our request to the herkenningsmakelaar."""

    REDIRECT = "redirect"
    POST = "post"


class AnswerBinding(StrEnum):
    """How the answer comes back."""

    ARTIFACT = "artifact"
    POST = "post"

    @property
    def acs_index(self) -> int:
        """The AssertionConsumerService of that binding in our metadata."""
        return list(AnswerBinding).index(self)


@dataclass(frozen=True, slots=True)
class EherkenningConnection:
    """Everything is loaded already; a login reads no file.

    `provider_name` is shown to the person there. Raises `ConfigurationError` when the herkenningsmakelaar
    does not offer the chosen binding.
    """

    brand: str
    entity_id: str
    acs_url: str
    metadata: Callable[[], IdentityProvider]
    signing: Rollover[SigningKey]
    decryption_keys: tuple[DecryptionKey, ...]
    services: tuple[Service, ...]
    provider_name: str
    request_binding: RequestBinding = RequestBinding.POST
    answer_binding: AnswerBinding = AnswerBinding.ARTIFACT
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        if self._offered_url is None:
            fault = f"brand {self.brand}: eHerkenning's metadata offers no {self.request_binding} binding"
            raise ConfigurationError((fault,))

    @property
    def idp(self) -> IdentityProvider:
        """The party that is asked, as its metadata tells of it now."""
        return self.metadata()

    @property
    def sso_url(self) -> str:
        """Where the browser goes with our request."""
        return self._offered_url or ""

    @property
    def _offered_url(self) -> str | None:
        by_redirect = self.request_binding is RequestBinding.REDIRECT
        return self.idp.redirect_url if by_redirect else self.idp.post_url

    def service_for(self, required: Assurance) -> Service | None:
        """The service of the lowest level that is enough; None when there is none."""
        enough = [service for service in self.services if service.level >= required.level]
        return min(enough, key=lambda service: service.level, default=None)
