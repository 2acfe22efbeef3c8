"""What a portal's rules say at the moment of the answer, of an attempt that began under earlier ones."""

from __future__ import annotations

from broker.domain.identity import Evidence
from broker.oidc.authorization_request import AuthorizationRequest
from broker.web.portals import PortalView


def outlived(asked: AuthorizationRequest, evidence: Evidence, portal: PortalView) -> str | None:
    """Why an attempt has outlived the rules that it began with; None when it has not.

    What it has to bring was settled when it began, and it may take half an hour. A level that was raised, a
    way of logging in or an address that was taken away, counts from the moment the configuration does.
    """
    if not portal.accepts(evidence.assurance):
        return "level-raised-meanwhile"
    return no_way_back(asked, portal)


def no_way_back(asked: AuthorizationRequest, portal: PortalView) -> str | None:
    """Why nothing at all, no refusal either, may go where the attempt would end; None when it may.

    An address that was taken away may have somebody else behind it by now (RFC 9700, section 4.1).
    """
    return None if asked.redirect_uri in portal.redirect_uris else "redirect-uri-gone"
