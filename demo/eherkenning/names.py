"""The names that eHerkenning gives to things (DV-HM 1.13; older versions live on inside attribute names)."""

from __future__ import annotations

HM_ENTITY_ID = "urn:etoegang:HM:00000003900300010000:entities:9000"

LEGAL_SUBJECT = "urn:etoegang:core:LegalSubjectID"
ACTING_SUBJECT = "urn:etoegang:core:ActingSubjectID"
SERVICE_ID = "urn:etoegang:core:ServiceID"
SERVICE_UUID = "urn:etoegang:core:ServiceUUID"
BRANCH = "urn:etoegang:1.9:ServiceRestriction:Vestigingsnr"
COMPANY_NAME = "urn:etoegang:1.11:attribute-represented:CompanyName"
INTERMEDIARY = "urn:etoegang:1.9:IntermediateEntityID:KvKnr"
INTERMEDIARY_NAME = "urn:etoegang:1.13:attribute-intermediate:CompanyName"
REPRESENTATION = "urn:etoegang:core:Representation"
REGISTER_ID = "urn:etoegang:core:AuthorizationRegistryID"
LEVEL = "urn:etoegang:core:LevelOfAssurance"
LEVEL_USED = "urn:etoegang:core:LevelOfAssuranceUsed"

KVK_NUMBER = "urn:etoegang:1.9:EntityConcernedID:KvKnr"
RSIN = "urn:etoegang:1.9:EntityConcernedID:RSIN"
PSEUDONYM = "urn:etoegang:1.13:EntityConcernedID:Pseudo"

CATALOGUE = "urn:etoegang:1.13:service-catalog"
METADATA_EXTENSION = "urn:etoegang:1.13:metadata-extension"

PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
UNSPECIFIED_CONSENT = "urn:oasis:names:tc:SAML:2.0:consent:unspecified"

XENC = "http://www.w3.org/2001/04/xmlenc#"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XACML_SAML = "urn:oasis:xacml:2.0:saml:assertion:schema:os"
XACML_CONTEXT = "urn:oasis:names:tc:xacml:2.0:context:schema:os"
