"""A test that cannot fail proves nothing: each module fails when the defect that it is for is planted.

Every pair starts a broker of its own, with the defect put into it from outside (`plants/`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.conformance import (
    test_backchannel,
    test_oidcc_basic,
    test_oidcc_config,
    test_rp_initiated_logout,
)
from tests.conformance.op import HOME, Op
from tests.conformance.stand import Stand, standing

pytestmark = [pytest.mark.flow, pytest.mark.soak]

_BASIC, _LOGOUT, _BACK = test_oidcc_basic, test_rp_initiated_logout, test_backchannel
Module = Callable[..., None]

# Defect, module, and what the module takes besides the provider.
PAIRS: list[tuple[str, Module, tuple[Any, ...]]] = [
    ("no_iss_in_answers", _BASIC.test_oidcc_server, ()),
    ("state_lost_in_errors", _BASIC.test_oidcc_response_type_missing, ()),
    ("signed_with_another_algorithm", _BASIC.test_oidcc_idtoken_signature, ()),
    ("no_kid_in_tokens", _BASIC.test_oidcc_idtoken_signature, ()),
    ("userinfo_of_nobody", _BASIC.test_oidcc_userinfo_get, ()),
    ("userinfo_with_another_sub", _BASIC.test_oidcc_userinfo_post_header, ()),
    ("token_in_body_is_overlooked", _BASIC.test_oidcc_userinfo_post_body, ()),
    ("nonce_is_required", _BASIC.test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow, ()),
    ("scopes_are_forgotten", _BASIC.test_oidcc_scope_profile, ()),
    ("scopes_give_everything", _BASIC.test_oidcc_scope_email, ()),
    ("unknown_scopes_are_refused", _BASIC.test_oidcc_scope_address_and_phone, ("openid phone",)),
    ("scopes_are_forgotten", _BASIC.test_oidcc_scope_all, ()),
    ("scope_order_matters", _BASIC.test_oidcc_alternate_happy_flow, ()),
    ("extra_parameters_are_refused", _BASIC.test_oidcc_harmless_parameters, ("display", "page")),
    ("extra_parameters_are_refused", _BASIC.test_oidcc_harmless_parameters, ("ui_locales", "se")),
    ("extra_parameters_are_refused", _BASIC.test_oidcc_harmless_parameters, ("claims_locales", "se")),
    ("extra_parameters_are_refused", _BASIC.test_oidcc_harmless_parameters, ("login_hint", "x")),
    ("extra_parameters_are_refused", _BASIC.test_oidcc_harmless_parameters, ("an_unknown_parameter", "x")),
    ("prompt_is_ignored", _BASIC.test_oidcc_prompt_login, ()),
    ("prompt_is_ignored", _BASIC.test_oidcc_prompt_none_not_logged_in, ()),
    ("prompt_none_never_succeeds", _BASIC.test_oidcc_prompt_none_logged_in, ()),
    ("max_age_is_ignored", _BASIC.test_oidcc_max_age_1, ()),
    ("auth_time_is_now", _BASIC.test_oidcc_max_age_10000, ()),
    ("hints_are_never_believed", _BASIC.test_oidcc_id_token_hint, ()),
    ("acr_is_made_up", _BASIC.test_oidcc_ensure_request_with_acr_values_succeeds, ()),
    ("codes_can_be_used_again", _BASIC.test_oidcc_codereuse, ()),
    ("replay_ends_nothing", _BASIC.test_oidcc_codereuse_30seconds, ()),
    ("any_redirect_uri_will_do", _BASIC.test_oidcc_ensure_registered_redirect_uri, ()),
    ("posted_requests_are_lost", _BASIC.test_oidcc_ensure_post_request_succeeds, ()),
    (
        "request_objects_are_overlooked",
        _BASIC.test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported,
        (),
    ),
    (
        "request_uris_are_overlooked",
        _BASIC.test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported,
        (),
    ),
    ("claims_parameter_is_overlooked", _BASIC.test_oidcc_claims_essential, ()),
    ("any_redirect_uri_will_do", _BASIC.test_oidcc_ensure_request_object_with_redirect_uri, ()),
    ("refresh_tokens_are_not_rotated", _BASIC.test_oidcc_refresh_token, ()),
    ("any_verifier_will_do", _BASIC.test_oidcc_ensure_request_with_valid_pkce_succeeds, ()),
    ("no_jwks_uri", test_oidcc_config.test_oidcc_discovery_endpoint_verification, ()),
    ("private_keys_are_published", test_oidcc_config.test_oidcc_discovery_endpoint_verification, ()),
    (
        "no_end_session_endpoint",
        _LOGOUT.test_oidcc_rp_initiated_logout_discovery_endpoint_verification,
        (),
    ),
    ("logout_leaves_the_session", _LOGOUT.test_oidcc_rp_initiated_logout, ()),
    ("logout_loses_the_state", _LOGOUT.test_oidcc_rp_initiated_logout, ()),
    (
        "any_post_logout_address_will_do",
        _LOGOUT.test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri,
        (HOME + "?added=query",),
    ),
    ("hints_are_believed_unread", _LOGOUT.test_oidcc_rp_initiated_logout_modified_id_token_hint, ()),
    ("hints_are_believed_unread", _LOGOUT.test_oidcc_rp_initiated_logout_bad_id_token_hint, ()),
    ("logout_without_asking", _LOGOUT.test_oidcc_rp_initiated_logout_no_id_token_hint, ()),
    ("confirming_does_nothing", _LOGOUT.test_oidcc_rp_initiated_logout_no_params, ({},)),
    ("logout_leaves_the_session", _LOGOUT.test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri, ()),
    ("logout_adds_a_state", _LOGOUT.test_oidcc_rp_initiated_logout_no_state, ()),
    (
        "back_channel_is_not_stated",
        _BACK.test_oidcc_backchannel_logout_discovery_endpoint_verification,
        (),
    ),
    ("logout_token_of_another_type", _BACK.test_oidcc_backchannel_rp_initiated_logout, ()),
    ("logout_token_with_a_nonce", _BACK.test_oidcc_backchannel_rp_initiated_logout, ()),
    ("logout_token_lives_long", _BACK.test_oidcc_backchannel_rp_initiated_logout, ()),
]


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Everything but the broker."""
    with standing(tmp_path_factory.mktemp("defects")) as standing_there:
        yield standing_there


def _fails(module: Module, op: Op, *more: Any) -> None:
    # `pytest.raises` on AssertionError alone: a test that stumbles over something else noticed by accident.
    with pytest.raises(AssertionError):
        module(op, *more)


@pytest.mark.parametrize(
    ("defect", "module", "more"),
    PAIRS,
    ids=[f"{module.__name__}-{defect}{''.join(map(str, more))[:20]}" for defect, module, more in PAIRS],
)
def test_module_fails_with_its_defect(
    stand: Stand, defect: str, module: Module, more: tuple[Any, ...]
) -> None:
    """The broker has the defect, and the module says so."""
    with stand.broker(defect) as op:
        _fails(module, op, *more)


def test_form_post_fails_when_answers_only_come_by_query(stand: Stand) -> None:
    """The whole form post plan has this one defect of its own."""
    with stand.broker("answers_only_by_query") as op:
        _fails(_BASIC.test_oidcc_server, replace(op, more={"response_mode": "form_post"}))


def test_module_passes_without_a_defect(stand: Stand) -> None:
    """The control: the same stand, nothing planted."""
    with stand.broker() as op:
        _BASIC.test_oidcc_server(op)
