"""The simulator's own addresses, which are also its SAML names."""

from __future__ import annotations

from dataclasses import dataclass

SSO_PATH = "/saml/idp/request_authentication"
METADATA_PATH = "/saml/idp/metadata"
RESOLVE_PATH = "/saml/idp/resolve_artifact"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Base URLs without a slash at the end: pages (`front`), SOAP back channel (`back`), and the outbox."""

    front: str = "http://127.0.0.1:8100"
    back: str = "https://127.0.0.1:8101"
    outbox: str = "http://127.0.0.1:8300"

    @property
    def entity_id(self) -> str:
        """DigiD names itself after the address of its metadata."""
        return self.front + METADATA_PATH

    @property
    def sso(self) -> str:
        """Where requests are sent, by Redirect and by POST alike."""
        return self.front + SSO_PATH

    @property
    def resolve(self) -> str:
        """Where artifacts are resolved."""
        return self.back + RESOLVE_PATH
