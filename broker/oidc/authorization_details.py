"""`authorization_details` (RFC 9396): for which collectivity a portal wants to work, and to do what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from broker.oidc.clients import Client
from broker.oidc.errors import OAuthCode, Refusal
from broker.oidc.parameters import Parameters
from broker.oidc.rights import ToldRights
from broker.oidc.strict_json import NotStrictJson, strict_json_list

DETAILS_TYPE: Final = "collectivity"
MAX_CHARACTERS: Final = 2048
MAX_ACTIONS: Final = 10
_LONGEST_IDENTIFIER: Final = 64
_FIELDS: Final = frozenset({"type", "identifier", "actions"})


@dataclass(frozen=True, slots=True)
class CollectivityAsked:
    """What a portal asks: the number of a collectivity (None: the one that is active), and actions."""

    identifier: str | None
    actions: tuple[str, ...] = ()


def read_authorization_details(parameters: Parameters, client: Client) -> CollectivityAsked | None:
    """Parse the parameter; `Refusal` (invalid_authorization_details) for what this client cannot ask.

    One object of one type: nobody works for two collectivities at once (RFC 9396 5 wants unknown types,
    fields and values refused). Whether the person reaches the collectivity is not judged here.
    """
    text = parameters.get("authorization_details")
    if text is None:
        return None
    if client.access is None:
        raise _invalid("this client has no authorization details")
    details = _only_object(text)
    if details.get("type") != DETAILS_TYPE:
        raise _invalid(f"the type of authorization details is {DETAILS_TYPE}")
    if not details.keys() <= _FIELDS:
        raise _invalid("authorization details of a collectivity have type, identifier and actions")
    asked = CollectivityAsked(_identifier(details), _actions(details, client.access.actions))
    if asked.identifier is None and not asked.actions:
        raise _invalid("authorization details must hold an identifier or actions")
    return asked


def told_details(client: Client, rights: ToldRights | None) -> list[dict[str, object]] | None:
    """What was granted, for the token answer, the access token and introspection (RFC 9396 7, 9)."""
    if rights is None or "collectivity" not in client.claims:
        return None
    granted: dict[str, object] = {"type": DETAILS_TYPE, "identifier": rights.relation.number.number}
    if rights.actions:
        granted["actions"] = list(rights.actions)
    return [granted]


def _only_object(text: str) -> dict[str, object]:
    if len(text) > MAX_CHARACTERS:
        raise _invalid(f"authorization_details is longer than {MAX_CHARACTERS} characters")
    try:
        listed = strict_json_list(text)
    except NotStrictJson as error:
        raise _invalid("authorization_details must be a JSON array of objects") from error
    if len(listed) != 1 or not isinstance(listed[0], dict):
        raise _invalid("authorization_details must hold exactly one object")
    return listed[0]


def _identifier(details: dict[str, object]) -> str | None:
    identifier = details.get("identifier")
    if identifier is None and "identifier" not in details:
        return None
    if not isinstance(identifier, str) or not 0 < len(identifier) <= _LONGEST_IDENTIFIER:
        raise _invalid("identifier must be the number of a collectivity")
    return identifier


def _actions(details: dict[str, object], known: frozenset[str]) -> tuple[str, ...]:
    actions = details.get("actions", [])
    if not isinstance(actions, list) or len(actions) > MAX_ACTIONS:
        raise _invalid(f"actions must be a list of at most {MAX_ACTIONS}")
    named = tuple(action for action in actions if isinstance(action, str) and action in known)
    if len(named) != len(actions) or len(set(named)) != len(named):
        raise _invalid("actions must be those of this client, each once")
    return named


def _invalid(description: str) -> Refusal:
    return Refusal(OAuthCode.INVALID_AUTHORIZATION_DETAILS, description)
