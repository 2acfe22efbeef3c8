"""The form of an encrypted identifier: keys beside the data, each for one recipient (XML Encryption 1.1).

eHerkenning prescribes this layout: EncryptedData names its key by RetrievalMethod, and each EncryptedKey is
a sibling with a Recipient and a KeyName (Afsprakenstelsel, SAML encryption).
"""

from __future__ import annotations

from typing import Final

from broker.providers.saml.names import ds, saml, xenc
from broker.providers.saml.shape import Part, Shape, maybe, names, once

MOST_RECIPIENTS: Final = 8

_CIPHER_DATA = Shape(xenc("CipherData"), children=(once(Shape(xenc("CipherValue"), text=True)),))
_RETRIEVAL = Shape(ds("RetrievalMethod"), required=names("URI"), optional=names("Type"))

_ENCRYPTED_DATA = Shape(
    xenc("EncryptedData"),
    optional=names("Id", "Type"),
    children=(
        once(Shape(xenc("EncryptionMethod"), required=names("Algorithm"))),
        maybe(Shape(ds("KeyInfo"), children=(Part(_RETRIEVAL, minimum=1, maximum=MOST_RECIPIENTS),))),
        once(_CIPHER_DATA),
    ),
)

_ENCRYPTED_KEY = Shape(
    xenc("EncryptedKey"),
    optional=names("Id", "Recipient"),
    children=(
        once(
            Shape(
                xenc("EncryptionMethod"),
                required=names("Algorithm"),
                children=(maybe(Shape(ds("DigestMethod"), required=names("Algorithm"))),),
            )
        ),
        maybe(Shape(ds("KeyInfo"), children=(maybe(Shape(ds("KeyName"), text=True)),))),
        once(_CIPHER_DATA),
        maybe(
            Shape(
                xenc("ReferenceList"),
                children=(
                    Part(Shape(xenc("DataReference"), required=names("URI")), maximum=MOST_RECIPIENTS),
                ),
            )
        ),
        maybe(Shape(xenc("CarriedKeyName"), text=True)),
    ),
)

ENCRYPTED_ID: Final = Shape(
    saml("EncryptedID"),
    children=(once(_ENCRYPTED_DATA), Part(_ENCRYPTED_KEY, minimum=1, maximum=MOST_RECIPIENTS)),
)
