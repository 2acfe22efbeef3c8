"""Signed by somebody else: another key, another trusted provider, ourselves, a look-alike, a weak key."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from itertools import product

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from tests.security.mutations.forms import Form
from tests.security.mutations.smith import Stamp, rsa_sha256, stamped
from tests.security.mutations.trees import OTHER_BSN
from tests.security.mutations.variant import Expect, Made
from tests.support.saml.answers import BSN, INNER_PLACE, OUTER_PLACE
from tests.support.saml.keys import Pair, pair

Sign = Callable[[Pair, bytes], bytes]
# The name says whose key it is; each is as good a key as the right one.
STRANGERS = ("foreign", "other-idp", "sp", "idp-look-alike", "portal", "back-channel-authority")
_OTHER_IDP = "https://was.other.example/saml/idp/metadata"
LAYERS = {"outer": (False, True), "inner": (True, False), "both": (True, True)}


def make(form: Form, chance: random.Random) -> Iterator[Made]:
    """Each stranger on each layer, with an own or the right KeyInfo, with and without forged values."""
    for name, layer, forged, info in product(STRANGERS, LAYERS, (False, True), ("own", "right", "none")):
        made = partial(_by, form, name=name, layer=layer, forged=forged, info=info)
        expect = Expect.REFUSED if _touches(form, layer) or forged else Expect.FREE
        # With the right key on both layers the values are simply those of an honest answer.
        if not _touches(form, layer):
            continue
        yield f"{name}:{layer}:{'forged' if forged else 'same'}:{info}-key-info", made, expect
    for name, layer in product(_BROKEN, LAYERS):
        if _touches(form, layer):
            yield f"{name}:{layer}", partial(_broken, form, _BROKEN[name], layer), Expect.REFUSED
    for name, swap in _OTHER_PROVIDER.items():
        yield f"other-provider:{name}", partial(_of_other_provider, form, swap), Expect.REFUSED
    for number in range(8):
        size = chance.choice((0, 1, 127, 255, 257, 512, 1024))
        value = bytes(chance.randrange(256) for _ in range(size))
        yield f"random-value-{number}-{size}", partial(_valued, form, value), Expect.REFUSED


def _touches(form: Form, layer: str) -> bool:
    return LAYERS[layer][1] or INNER_PLACE in form.text


def _by(form: Form, *, name: str, layer: str, forged: bool, info: str) -> bytes:
    stranger = pair(name)
    signer = lambda _key, signed: rsa_sha256(stranger, signed)  # noqa: E731  the key is the only difference
    stamp = replace(form.stamp, sign=signer)
    if info == "none":
        stamp = replace(stamp, key_info="")
    text = form.text.replace(BSN, OTHER_BSN) if forged else form.text
    if info == "own":
        return _whole(form, text, stranger, layer)
    inner, outer = LAYERS[layer]
    return form.sign(text, inner=stamp if inner else None, outer=stamp if outer else None)


def _whole(form: Form, text: str, stranger: Pair, layer: str) -> bytes:
    inner, outer = LAYERS[layer]
    if INNER_PLACE in text:
        text = stamped(text, INNER_PLACE, stranger if inner else form.scene.key, form.stamp)
    return stamped(text, OUTER_PLACE, stranger if outer else form.scene.key, form.stamp).encode()


@cache
def _weak() -> RSAPrivateKey:
    # What is tested is that even a key of the right kind that is easily made is not ours.
    return generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  see above


_BROKEN: dict[str, Sign] = {
    "rsa-1024": lambda _key, signed: _weak().sign(signed, PKCS1v15(), SHA256()),
    "pss-padding": lambda key, signed: key.key.sign(
        signed, PSS(mgf=MGF1(SHA256()), salt_length=32), SHA256()
    ),
    "of-nothing": lambda key, _signed: rsa_sha256(key, b""),
    "of-another-text": lambda key, signed: rsa_sha256(key, signed + b" "),
    "digest-in-place-of-value": lambda _key, signed: signed[:256],
    "zeros": lambda _key, _signed: bytes(256),
    "ones": lambda _key, _signed: b"\xff" * 256,
    "one": lambda _key, _signed: bytes(255) + b"\x01",
    "empty": lambda _key, _signed: b"",
    "leading-zero": lambda key, signed: b"\x00" + rsa_sha256(key, signed),
    "trailing-zero": lambda key, signed: rsa_sha256(key, signed) + b"\x00",
    "twice": lambda key, signed: rsa_sha256(key, signed) * 2,
    "cut": lambda key, signed: rsa_sha256(key, signed)[:-1],
    "reversed": lambda key, signed: rsa_sha256(key, signed)[::-1],
    "plus-modulus": lambda key, signed: (
        int.from_bytes(rsa_sha256(key, signed), "big") + key.key.public_key().public_numbers().n
    ).to_bytes(257, "big"),
}


def _broken(form: Form, sign: Sign, layer: str) -> bytes:
    inner, outer = LAYERS[layer]
    stamp = replace(form.stamp, sign=sign)
    return form.sign(form.text, inner=stamp if inner else None, outer=stamp if outer else None)


# Whose Issuer says the other provider: (the first n, of all three).
_OTHER_PROVIDER = {"outer": (0,), "response": (1,), "assertion": (2,), "all": (0, 1, 2), "inside": (1, 2)}


def _of_other_provider(form: Form, levels: tuple[int, ...]) -> bytes:
    """An answer that another trusted provider made and signed, in its own name."""
    parts = form.text.split(f">{form.scene.idp}<")
    text = parts[0]
    for number, part in enumerate(parts[1:]):
        text += f">{_OTHER_IDP if number in levels else form.scene.idp}<{part}"
    return _whole(form, text, pair("other-idp"), "both")


def _valued(form: Form, value: bytes) -> bytes:
    return form.sign(form.text, outer=Stamp(sign=lambda _key, _signed: value))
