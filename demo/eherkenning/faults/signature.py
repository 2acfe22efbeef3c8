"""What is otherwise about the signatures."""

from __future__ import annotations

from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric import rsa

from demo.eherkenning.signatures import Signatures
from demo.idp.signing import Carries, SignatureForm, Signer


def response_signed_too(signatures: Signatures) -> Signatures:
    """The Response is signed as well, as some makelaars do."""
    return replace(signatures, response=signatures.assertion)


def unsigned(_signatures: Signatures) -> Signatures:
    """Nothing is signed but what stands in the advice."""
    return Signatures(None, None, None)


def assertion_unsigned(signatures: Signatures) -> Signatures:
    """The Assertion is not signed itself."""
    return replace(signatures, assertion=None)


def only_assertion_signed(signatures: Signatures) -> Signatures:
    """The Assertion is signed, and nothing around it."""
    return replace(signatures, message=None, response=None)


def other_key(signatures: Signatures) -> Signatures:
    """A key nobody knows signs under the makelaar's KeyName."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def by_stranger(signer: Signer | None) -> Signer | None:
        return signer and replace(signer, key=key)

    return replace(
        signatures,
        message=by_stranger(signatures.message),
        response=by_stranger(signatures.response),
        assertion=by_stranger(signatures.assertion),
    )


def other_key_for_assertion(signatures: Signatures) -> Signatures:
    """Somebody else's Assertion in a message of the makelaar."""
    return replace(signatures, assertion=other_key(signatures).assertion)


def certificate_embedded(signatures: Signatures) -> Signatures:
    """KeyInfo carries the certificate, which the scheme forbids."""
    return replace(signatures, form=SignatureForm(Carries.NAME | Carries.CERTIFICATE))
