"""The makelaar's own metadata, signed, as service providers take it in."""

from __future__ import annotations

from lxml import etree
from lxml.builder import ElementMaker

from demo.eherkenning.addresses import Addresses
from demo.eherkenning.names import HM_ENTITY_ID, METADATA_EXTENSION
from demo.eherkenning.signing import METADATA
from demo.idp.forms import DS, HTTP_POST, HTTP_REDIRECT, MD, SAML, SAMLP, SOAP_BINDING, new_id
from demo.idp.signing import Carries, Signer, key_info, sign

_md = ElementMaker(
    namespace=MD, nsmap={"md": MD, "ds": DS, "saml": SAML, "samlp": SAMLP, "eme": METADATA_EXTENSION}
)


def hm_metadata(addresses: Addresses, signer: Signer) -> bytes:
    """The EntityDescriptor; its signature carries the certificate and no name."""
    both = Carries.NAME | Carries.CERTIFICATE
    entity = _md.EntityDescriptor(
        _md.IDPSSODescriptor(
            _md.KeyDescriptor(key_info(signer, both), use="signing"),
            _md.ArtifactResolutionService(Binding=SOAP_BINDING, Location=addresses.resolve, index="0"),
            _md.SingleLogoutService(Binding=HTTP_POST, Location=addresses.logout),
            _md.SingleLogoutService(Binding=HTTP_REDIRECT, Location=addresses.logout),
            _md.SingleSignOnService(Binding=HTTP_POST, Location=addresses.sso),
            _md.SingleSignOnService(Binding=HTTP_REDIRECT, Location=addresses.sso),
            protocolSupportEnumeration=SAMLP,
            WantAuthnRequestsSigned="true",
        ),
        entityID=HM_ENTITY_ID,
        ID=new_id(),
    )
    entity.set(f"{{{METADATA_EXTENSION}}}version", "1.13")
    sign(entity, signer, METADATA)
    return etree.tostring(entity, xml_declaration=True, encoding="UTF-8")
