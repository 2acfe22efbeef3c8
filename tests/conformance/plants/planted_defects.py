"""The defects, each a function that spoils one thing in the broker before it serves."""

# The defects reach into private parts on purpose and need no types: they run in the spoilt process only.
# The name of each function says what is wrong.
# ruff: noqa: ANN001, ANN002, ANN003, ANN201, ANN202, D103, PLC0415
# mypy: ignore-errors

from __future__ import annotations

import dataclasses
import json
from base64 import urlsafe_b64decode
from collections.abc import Callable

PLANTS: dict[str, Callable[[], None]] = {}


def plant(function):
    """Make the defect known by its name."""
    PLANTS[function.__name__] = function
    return function


def _spoil(owner, name: str, spoilt) -> None:
    """Put something else where the broker has something: a defect that spoils nothing would prove nothing."""
    if not hasattr(owner, name):
        raise LookupError(f"{owner.__name__} has no {name} to spoil")
    setattr(owner, name, spoilt)


def _drop_check(name: str) -> None:
    from broker.oidc import authorization_checks as checks

    kept = tuple(check for check in checks.CHECKS if check.__name__ != name)
    if kept == checks.CHECKS:
        raise LookupError(f"there is no check {name} to drop")
    checks.CHECKS = kept


def _add_check(check) -> None:
    from broker.oidc import authorization_checks as checks

    checks.CHECKS = (*checks.CHECKS, check)


def _change_request(**changes) -> None:
    """Every validated request is taken as if it said something else."""
    from broker.oidc import authorization_request as module

    real = module._build

    def build(*arguments):
        built = real(*arguments)
        given = {key: value(built) if callable(value) else value for key, value in changes.items()}
        return dataclasses.replace(built, **given)

    _spoil(module, "_build", build)


def _change_claims(change) -> None:
    """Every ID token says something else."""
    from broker.oidc import id_token

    real = id_token.id_token_claims

    def claims(issuer, client, grant, source, now):
        made = real(issuer, client, grant, source, now)
        change(made, now)
        return made

    _spoil(id_token, "id_token_claims", claims)


def _change_metadata(change) -> None:
    """The discovery document says something else."""
    from broker.oidc import discovery

    real = discovery.public_document

    def document(content, *, max_age_seconds):
        content = dict(content)
        change(content)
        return real(content, max_age_seconds=max_age_seconds)

    _spoil(discovery, "public_document", document)


@plant
def no_iss_in_answers() -> None:
    from broker.oidc import responses

    real = responses._respond

    def respond(*arguments):
        answer = real(*arguments)
        fields = tuple(pair for pair in answer.fields if pair[0] != "iss")
        return dataclasses.replace(answer, fields=fields)

    _spoil(responses, "_respond", respond)


@plant
def state_lost_in_errors() -> None:
    from broker.oidc import authorization_request

    _spoil(authorization_request.checks, "echoed_state", lambda _: None)


@plant
def signed_with_another_algorithm() -> None:
    from broker.oidc import tokens
    from broker.oidc.vocabulary import SigningAlgorithm

    real = tokens.sign
    _spoil(
        tokens, "sign", lambda keys, _alg, claims, *, typ: real(keys, SigningAlgorithm.ES256, claims, typ=typ)
    )


@plant
def userinfo_of_nobody() -> None:
    from broker.oidc import userinfo

    real = userinfo.success

    def success(content, **more):
        return real({name: value for name, value in content.items() if name != "sub"}, **more)

    _spoil(userinfo, "success", success)


@plant
def userinfo_with_another_sub() -> None:
    from broker.oidc import userinfo

    real = userinfo.success
    _spoil(userinfo, "success", lambda content, **more: real({**content, "sub": "another"}, **more))


@plant
def token_in_body_is_overlooked() -> None:
    from broker.oidc import bearer

    _spoil(bearer, "_TOKEN_PARAMETER", "never")


@plant
def nonce_is_required() -> None:
    from broker.oidc import authorization_checks as checks

    def require(asked) -> None:
        if asked.parameters.get("nonce") is None:
            raise checks._invalid("nonce is missing")

    _add_check(require)


@plant
def scopes_are_forgotten() -> None:
    _change_request(scope=("openid",))


@plant
def scopes_give_everything() -> None:
    _change_request(scope=("openid", "profile", "email"))


@plant
def scope_order_matters() -> None:
    from broker.oidc import authorization_checks as checks

    def first(asked) -> None:
        if not (asked.parameters.get("scope") or "").startswith("openid"):
            raise checks._invalid("openid must come first")

    _add_check(first)


@plant
def unknown_scopes_are_refused() -> None:
    from broker.oidc import authorization_checks as checks

    def known(asked) -> None:
        if set((asked.parameters.get("scope") or "").split()) - set(checks.SCOPES):
            raise checks._invalid("unknown scope")

    _add_check(known)


@plant
def extra_parameters_are_refused() -> None:
    from broker.oidc import authorization_checks as checks

    extra = {"display", "ui_locales", "claims_locales", "login_hint", "an_unknown_parameter"}

    def none_of_these(asked) -> None:
        if extra & set(asked.parameters.values):
            raise checks._invalid("unknown parameter")

    _add_check(none_of_these)


@plant
def prompt_is_ignored() -> None:
    _change_request(prompt=frozenset())


@plant
def prompt_none_never_succeeds() -> None:
    from broker.oidc.vocabulary import Prompt

    _change_request(max_age_seconds=lambda built: 0 if Prompt.NONE in built.prompt else built.max_age_seconds)


@plant
def auth_time_is_now() -> None:
    _change_claims(lambda claims, now: claims.update(auth_time=int(now.timestamp())))


@plant
def max_age_is_ignored() -> None:
    _change_request(max_age_seconds=None)


@plant
def hints_are_never_believed() -> None:
    from broker.oidc import id_token_hint

    def read(_self, _text):
        raise id_token_hint.TokenRefused("never")

    _spoil(id_token_hint.HintReader, "read", read)


@plant
def acr_is_made_up() -> None:
    _change_claims(lambda claims, _: claims.update(acr="http://eidas.europa.eu/LoA/high"))


@plant
def replay_ends_nothing() -> None:
    from broker.oidc.grants import GrantStore

    _spoil(GrantStore, "end", lambda *_: None)


@plant
def codes_can_be_used_again() -> None:
    from broker.storage.records import RecordStore, SpentFirst

    def spend(self, key, **_):
        value = self.get(key)
        from broker.storage.records import NeverThere

        return NeverThere() if value is None else SpentFirst(value)

    _spoil(RecordStore, "spend", spend)


@plant
def any_redirect_uri_will_do() -> None:
    from broker.oidc import authorization_request

    _spoil(authorization_request, "_find_redirect_uri", lambda parameters, _: parameters.get("redirect_uri"))


@plant
def posted_requests_are_lost() -> None:
    from broker.web import authorize

    _spoil(authorize, "_PARKED_FOR", -authorize._PARKED_FOR)


@plant
def request_objects_are_overlooked() -> None:
    _drop_check("no_request_object")


@plant
def request_uris_are_overlooked() -> None:
    _drop_check("no_request_uri")


@plant
def claims_parameter_is_overlooked() -> None:
    from broker.oidc.claims import NOTHING_REQUESTED

    _change_request(requested_claims=NOTHING_REQUESTED)


@plant
def refresh_tokens_are_not_rotated() -> None:
    from broker.oidc.refresh_tokens import RefreshTokens

    _spoil(RefreshTokens, "redeem", lambda self, client, token: self.find(client, token))


@plant
def any_verifier_will_do() -> None:
    from broker.oidc import codes

    _spoil(codes, "_answers", lambda *_: True)


@plant
def no_jwks_uri() -> None:
    _change_metadata(lambda content: content.pop("jwks_uri", None))


@plant
def private_keys_are_published() -> None:
    from broker.oidc import keys

    real = keys.SigningKey.public_jwk
    _spoil(keys.SigningKey, "public_jwk", lambda self: {**real(self), "d": "secret"})


@plant
def no_end_session_endpoint() -> None:
    _change_metadata(lambda content: content.update(end_session_endpoint=""))


@plant
def logout_leaves_the_session() -> None:
    from broker.sessions.store import SessionStore

    _spoil(SessionStore, "end", lambda *_, **__: True)


@plant
def any_post_logout_address_will_do() -> None:
    from broker.oidc import end_session

    _spoil(end_session, "_registered", lambda _, asked: asked)


@plant
def hints_are_believed_unread() -> None:
    from broker.oidc import id_token_hint

    def read(self, text):
        claims = json.loads(urlsafe_b64decode(text.split(".")[1] + "=="))
        client = self._own.clients.find(claims["aud"])
        return id_token_hint.HintedLogin(client, claims["sid"], claims["sub"], holds_bsn=False)

    _spoil(id_token_hint.HintReader, "read", read)


@plant
def logout_without_asking() -> None:
    from broker.web import logout

    def ask(pages, decision):
        for one in logout._held(pages, decision):
            pages.answers.end_session(one.session, reason="unasked")
        return logout._done(pages, decision.client)

    _spoil(logout, "_ask", ask)


@plant
def confirming_does_nothing() -> None:
    from broker.web.portal_answers import PortalAnswers

    _spoil(PortalAnswers, "end_session", lambda *_, **__: None)


@plant
def logout_adds_a_state() -> None:
    from broker.web import logout

    real = logout._way_back
    _spoil(logout, "_way_back", lambda redirect_to, state: real(redirect_to, state or "made-up"))


@plant
def logout_loses_the_state() -> None:
    from broker.web import logout

    real = logout._way_back
    _spoil(logout, "_way_back", lambda redirect_to, _state: real(redirect_to, None))


@plant
def back_channel_is_not_stated() -> None:
    _change_metadata(lambda content: content.update(backchannel_logout_supported=False))


@plant
def logout_token_of_another_type() -> None:
    from broker.oidc import logout_token

    _spoil(logout_token, "TYPE", "JWT")


@plant
def logout_token_with_a_nonce() -> None:
    from broker.oidc import logout_token

    real = logout_token.logout_token_claims
    _spoil(logout_token, "logout_token_claims", lambda *a, **k: {**real(*a, **k), "nonce": "n"})


@plant
def logout_token_lives_long() -> None:
    from broker.oidc import logout_token

    _spoil(logout_token, "LOGOUT_TOKEN_LIFETIME_SECONDS", 3600)


@plant
def answers_only_by_query() -> None:
    from broker.oidc.vocabulary import ResponseMode

    _change_request(response_mode=ResponseMode.QUERY)


@plant
def no_kid_in_tokens() -> None:
    from broker.oidc import signed_jwt, tokens

    def sign(keys, algorithm, claims, *, typ):
        key = keys.active(algorithm)
        return signed_jwt.jwt.encode(
            {"alg": algorithm.value, "typ": typ}, dict(claims), key.key, algorithms=[algorithm.value]
        )

    _spoil(tokens, "sign", sign)
