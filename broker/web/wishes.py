"""What a portal's request demands of a login at that portal, in the pipeline's words."""

from __future__ import annotations

from broker.login.policy import at_least, raised
from broker.login.transaction import RelationWish, Wish
from broker.oidc.authorization_details import CollectivityAsked
from broker.oidc.authorization_request import AuthorizationRequest
from broker.oidc.grants import GrantStore
from broker.oidc.id_token_hint import Expected
from broker.oidc.vocabulary import Prompt
from broker.web.portals import PortalView


def wish_of(grants: GrantStore, asked: AuthorizationRequest, portal: PortalView, expected: Expected) -> Wish:
    """What this request demands at this portal. Essential levels that no provider reaches leave nothing."""
    wanted = asked.essential_acr or asked.acr_values
    rules = zip(portal.minimum, portal.reach, strict=True)
    required = tuple(raised(minimum, wanted, reach) for minimum, reach in rules)
    relation = _relation_wish(grants, asked, portal, expected)
    if portal.access is not None and asked.collectivity is not None:
        levels = portal.access.levels_for(asked.collectivity.actions)
        required = tuple(at_least(needed, levels) for needed in required)
    if asked.essential_acr:
        required = tuple(
            needed for needed in required if any(needed.satisfies(acr) for acr in asked.essential_acr)
        )
    return Wish(
        required=required,
        account_type=portal.account_type,
        silent=asked.silent,
        fresh=asked.wants_interaction,
        max_age_seconds=asked.max_age_seconds,
        without_account=portal.without_account,
        second_factors=portal.second_factors,
        represented=portal.represented,
        relation=relation,
    )


def _relation_wish(
    grants: GrantStore, asked: AuthorizationRequest, portal: PortalView, expected: Expected
) -> RelationWish | None:
    """For which collectivity: the one asked, else that of the tokens which the portal has, if they live."""
    access = portal.access
    if access is None:
        return None
    before = grants.find(asked.client_id, expected.grant_id) if expected.grant_id else None
    wanted = asked.collectivity or CollectivityAsked(None)
    return RelationWish(
        roles=access.roles,
        asked=wanted.identifier,
        preferred=before.acting.collectivity_id if before is not None and before.acting else None,
        anew=Prompt.SELECT_ACCOUNT in asked.prompt,
        actions=tuple(access.roles_for(action) for action in wanted.actions),
    )
