"""Which parts of an answer are signed, and by whom."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from demo.eherkenning.signing import MESSAGE
from demo.idp.forms import SAML
from demo.idp.signing import SignatureForm, Signer, sign


@dataclass(frozen=True, slots=True)
class Signatures:
    """The signer of each part, or None where there is no signature."""

    message: Signer | None
    response: Signer | None
    assertion: Signer | None
    form: SignatureForm = MESSAGE

    @classmethod
    def by_artifact(cls, signer: Signer) -> Signatures:
        """ArtifactResponse and Assertion; the scheme leaves the Response to the makelaar."""
        return cls(signer, None, signer)

    @classmethod
    def by_post(cls, signer: Signer) -> Signatures:
        """Response and Assertion: without the first nothing would vouch for a failure."""
        return cls(None, signer, signer)

    def sign_response(self, response: etree._Element) -> None:
        """Signs the Assertions in a Response, and then the Response, as far as they are signed."""
        if self.assertion:
            for assertion in response.findall(f"{{{SAML}}}Assertion"):
                sign(assertion, self.assertion, self.form)
        if self.response:
            sign(response, self.response, self.form)

    def sign_message(self, message: etree._Element) -> None:
        """Signs the ArtifactResponse, if it is signed."""
        if self.message:
            sign(message, self.message, self.form)
