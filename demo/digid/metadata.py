"""DigiD's own metadata, signed, as web services download it."""

from __future__ import annotations

from lxml import etree
from lxml.builder import ElementMaker

from demo.digid.addresses import Addresses
from demo.digid.signing import MESSAGE, METADATA, sign
from demo.idp.forms import DS, HTTP_POST, HTTP_REDIRECT, MD, SAML, SAMLP, SOAP_BINDING, new_id
from demo.idp.signing import Signer, key_info

_md = ElementMaker(namespace=MD, nsmap={"md": MD, "ds": DS, "saml": SAML, "samlp": SAMLP})


def idp_metadata(addresses: Addresses, signer: Signer) -> bytes:
    """The EntityDescriptor; its signature names the key and does not carry the certificate.

    There is no SingleLogoutService: single logout exists at DigiD only for web services with "Eenmalig
    Inloggen", which the simulator does not offer.
    """
    entity = _md.EntityDescriptor(
        _md.IDPSSODescriptor(
            _md.KeyDescriptor(key_info(signer, MESSAGE.carries), use="signing"),
            _md.KeyDescriptor(key_info(signer, MESSAGE.carries), use="encryption"),
            _md.ArtifactResolutionService(Binding=SOAP_BINDING, Location=addresses.resolve, index="0"),
            _md.SingleSignOnService(Binding=HTTP_POST, Location=addresses.sso),
            _md.SingleSignOnService(Binding=HTTP_REDIRECT, Location=addresses.sso),
            protocolSupportEnumeration=SAMLP,
        ),
        entityID=addresses.entity_id,
        ID=new_id(),
    )
    sign(entity, signer, METADATA)
    return etree.tostring(entity, xml_declaration=True, encoding="UTF-8")
