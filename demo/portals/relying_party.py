"""The portal's side of OpenID Connect, on Authlib's client: send people away, judge the broker's answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from joserfc.jwk import ECKey, RSAKey

from demo.clock import Clock
from demo.portals.definitions import ClientAuth, PortalDefinition
from demo.portals.keys import PortalKeys
from demo.portals.logins import Login, LoginAttempt
from demo.portals.provider import TIMEOUT_SECONDS, Provider, ProviderUnavailable
from demo.portals.tokens import IdToken, IdTokenJudge, TokenRefused

ASSERTION_LIFETIME = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class BrokerForm:
    """What the browser posts to the broker; never an address, for the hint tells of a person."""

    action: str
    fields: Mapping[str, str] = field(repr=False)


class LoginRefused(Exception):
    """The answer is no login; `code` is the broker's error code or the portal's own."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _AssertionByDemoClock(PrivateKeyJWT):  # type: ignore[misc]  # Authlib carries no types
    """``private_key_jwt`` (RFC 7523, section 3) for the broker as audience, in the demo's time."""

    def __init__(self, issuer: str, alg: str, now: Clock) -> None:
        super().__init__(alg=alg)
        self._issuer = issuer
        self._now = now

    def sign(self, auth: Any, token_endpoint: str) -> Any:  # noqa: ANN401, ARG002 (Authlib's untyped hook)
        """The assertion, valid for a minute."""
        key: ECKey | RSAKey = auth.client_secret
        issued_at = int(self._now().timestamp())
        return private_key_jwt_sign(
            key,
            client_id=auth.client_id,
            token_endpoint=self._issuer,
            alg=self.alg,
            header={"kid": key.kid} if key.kid else None,
            issued_at=issued_at,
            expires_at=issued_at + int(ASSERTION_LIFETIME.total_seconds()),
        )


class RelyingParty:
    """One portal as a client of the broker."""

    def __init__(self, portal: PortalDefinition, keys: PortalKeys, provider: Provider, now: Clock) -> None:
        self._portal = portal
        self._keys = keys
        self.provider = provider
        self._now = now
        decryption = keys.decryption if portal.registration.encrypted else None
        self._judge = IdTokenJudge(provider, portal.id, portal.registration.id_token_alg, decryption)

    def begin(self, acr: str = "") -> tuple[str, LoginAttempt]:
        """The address to send the browser to, and what to remember (`ProviderUnavailable`: not now).

        `acr` asks for a level beyond the portal's own.
        """
        attempt = LoginAttempt(generate_token(32), generate_token(32), generate_token(64))
        return self._ask(attempt, **({"acr_values": acr} if acr else {}))

    def switch(self, login: Login, relation: str) -> tuple[BrokerForm, LoginAttempt]:
        """What asks for tokens of the same login for another collectivity, by its number.

        Without a page of the broker between (`prompt=none`), and only for the one who is logged in. The
        browser posts it: the hint names the person's relations, and addresses end up in logs.
        """
        attempt = LoginAttempt(generate_token(32), generate_token(32), generate_token(64), relation)
        details = [{"type": "collectivity", "identifier": relation}]
        url, _ = self._ask(
            attempt,
            prompt="none",
            id_token_hint=login.newest.signed,
            authorization_details=json.dumps(details),
        )
        address, _, query = url.partition("?")
        return BrokerForm(address, dict(parse_qsl(query))), attempt

    def complete(self, answer: Mapping[str, str], attempt: LoginAttempt) -> Login:
        """Turn the broker's answer into a login; `LoginRefused` or `TokenRefused` say why not."""
        # RFC 9207, section 2.4: an answer of another issuer must not reach the token endpoint.
        if answer.get("iss") != self.provider.issuer:
            raise LoginRefused("wrong-issuer-in-answer")
        if "error" in answer:
            raise LoginRefused(answer["error"])
        if not answer.get("code"):
            raise LoginRefused("no-code")
        metadata = self.provider.metadata()
        with self._session() as session:
            token = self._redeem(session, metadata.token_endpoint, answer["code"], attempt)
            id_token = self._judge.judge(str(token.get("id_token", "")), attempt.nonce, self._now())
            access_token = str(token.get("access_token", ""))
            userinfo = self._userinfo(session, metadata.userinfo_endpoint, id_token, access_token)
        return Login(
            id_token,
            userinfo,
            refresh_token=str(token.get("refresh_token", "")),
            access_token=access_token,
        )

    def refresh(self, login: Login) -> Login:
        """Keep the broker's session alive; the login with its new ends.

        `LoginRefused` says that the session is over, `ProviderUnavailable` that it is unknown for now.
        """
        endpoint = self.provider.metadata().token_endpoint
        with self._session() as session:
            try:
                token = session.refresh_token(endpoint, refresh_token=login.refresh_token)
            except AuthlibBaseError as refusal:
                raise LoginRefused(str(refusal.error)) from refusal
            except (requests.RequestException, ValueError) as fault:
                raise ProviderUnavailable("the token endpoint gives no answer") from fault
        renewed = self._judge.judge_renewed(str(token.get("id_token", "")), login.id_token, self._now())
        return replace(
            login,
            renewed=renewed,
            refresh_token=str(token.get("refresh_token", "")),
            access_token=str(token.get("access_token", "")),
        )

    def told_now(self, login: Login) -> Mapping[str, Any]:
        """What userinfo tells at this moment; `LoginRefused` or `TokenRefused` when that cannot be had."""
        endpoint = self.provider.metadata().userinfo_endpoint
        with self._session() as session:
            return self._userinfo(session, endpoint, login.id_token, login.access_token)

    def logout_form(self, login: Login, state: str) -> BrokerForm | None:
        """What logs out at the broker (OpenID Connect RP-Initiated Logout 1.0), if it offers that."""
        endpoint = self.provider.metadata().end_session_endpoint
        if endpoint is None:
            return None
        fields = {
            "id_token_hint": login.id_token.signed,
            "post_logout_redirect_uri": self._portal.post_logout_redirect_uri,
            "state": state,
            "client_id": self._portal.id,
        }
        return BrokerForm(endpoint, fields)

    def _ask(self, attempt: LoginAttempt, **more: str) -> tuple[str, LoginAttempt]:
        endpoint = self.provider.metadata().authorization_endpoint
        asked = {"state": attempt.state, "nonce": attempt.nonce, "code_verifier": attempt.code_verifier}
        with self._session() as session:
            url, _ = session.create_authorization_url(endpoint, **asked, **more)
        return str(url), attempt

    def _session(self) -> OAuth2Session:
        registration = self._portal.registration
        by_key = registration.client_auth is ClientAuth.PRIVATE_KEY_JWT
        session = OAuth2Session(
            client_id=self._portal.id,
            client_secret=self._keys.signing if by_key else registration.client_secret,
            token_endpoint_auth_method=registration.client_auth.value,
            scope=self._portal.scope,
            redirect_uri=self._portal.redirect_uri,
            code_challenge_method="S256",
            default_timeout=TIMEOUT_SECONDS,
        )
        session.trust_env = False
        if by_key:
            proof = _AssertionByDemoClock(self.provider.issuer, registration.assertion_alg, self._now)
            session.register_client_auth_method(proof)
        return session

    @staticmethod
    def _redeem(session: OAuth2Session, endpoint: str, code: str, attempt: LoginAttempt) -> Mapping[str, Any]:
        try:
            token: Mapping[str, Any] = session.fetch_token(
                endpoint, grant_type="authorization_code", code=code, code_verifier=attempt.code_verifier
            )
        except AuthlibBaseError as refusal:
            raise LoginRefused(str(refusal.error)) from refusal
        except (requests.RequestException, ValueError) as fault:
            raise LoginRefused("token-endpoint-unreachable") from fault
        return token

    @staticmethod
    def _userinfo(
        session: OAuth2Session, endpoint: str | None, id_token: IdToken, access_token: str
    ) -> Mapping[str, Any]:
        if endpoint is None:
            return {}
        try:
            # The time in which Authlib judges the token's lifetime is the machine's, not the demo's.
            header = {"Authorization": f"Bearer {access_token}"}
            answer = session.get(endpoint, withhold_token=True, headers=header)
            answer.raise_for_status()
            claims = answer.json()
        except (AuthlibBaseError, requests.RequestException, ValueError) as fault:
            raise LoginRefused("userinfo-unreachable") from fault
        # OpenID Connect Core 5.3.2: userinfo of somebody else must not be used.
        if not isinstance(claims, dict) or claims.get("sub") != id_token.claims["sub"]:
            raise TokenRefused("userinfo-of-another")
        return claims
