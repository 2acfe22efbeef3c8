"""One brand's connection to DigiD: who we are there, whom we ask, and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from broker.errors import ConfigurationError
from broker.providers.saml.keys import SigningKey
from broker.providers.saml.metadata import IdentityProvider
from broker.providers.saml.patience import Patience
from broker.providers.saml.rollover import Rollover


class RequestBinding(StrEnum):
    """How the browser carries our request to DigiD."""

    REDIRECT = "redirect"
    POST = "post"


@dataclass(frozen=True, slots=True)
class DigidConnection:
    """Everything is loaded already; a login reads no file. DigiD ties one connection to one organisation.

    `provider_name` is shown to the person at DigiD. `want_assertions_signed` is what our metadata says, and
    then an answer without a signed Assertion is refused. Raises `ConfigurationError` when the identity
    provider does not offer the chosen binding.
    """

    brand: str
    entity_id: str
    acs_url: str
    metadata: Callable[[], IdentityProvider]
    signing: Rollover[SigningKey]
    provider_name: str
    request_binding: RequestBinding = RequestBinding.REDIRECT
    want_assertions_signed: bool = True
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        if self._offered_url is None:
            fault = f"brand {self.brand}: DigiD's metadata offers no {self.request_binding} binding"
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
