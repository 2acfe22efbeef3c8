// A relying party on openid-client 6: private_key_jwt, PKCE, ID tokens signed with PS256.
import * as client from 'openid-client'

export class RelyingParty {
  static async connect({ issuer, client_id, portal, key }) {
    const signing = { name: 'RSA-PSS', hash: 'SHA-256' }
    const privateKey = await crypto.subtle.importKey('jwk', key, signing, false, ['sign'])
    const config = await client.discovery(
      new URL(issuer),
      client_id,
      { id_token_signed_response_alg: 'PS256' },
      client.PrivateKeyJwt({ key: privateKey, kid: key.kid }),
      // Only for an issuer on this machine; over https this list is empty.
      { execute: issuer.startsWith('http:') ? [client.allowInsecureRequests] : [] },
    )
    // Without this the library trusts TLS and leaves the ID token's signature unread.
    client.enableNonRepudiationChecks(config)
    return new RelyingParty(config, portal)
  }

  constructor(config, portal) {
    this.config = config
    this.portal = portal
  }

  // Where to send the browser, and what to keep in the visitor's own session until the answer is there.
  async begin() {
    const attempt = {
      pkceCodeVerifier: client.randomPKCECodeVerifier(),
      expectedState: client.randomState(),
      expectedNonce: client.randomNonce(),
    }
    const url = client.buildAuthorizationUrl(this.config, {
      redirect_uri: `${this.portal}/callback`,
      scope: 'openid profile',
      state: attempt.expectedState,
      nonce: attempt.expectedNonce,
      code_challenge: await client.calculatePKCECodeChallenge(attempt.pkceCodeVerifier),
      code_challenge_method: 'S256',
    })
    return { url, attempt }
  }

  // `currentUrl` is the whole address at which the browser came back; the library checks state and iss.
  async complete(currentUrl, attempt) {
    const tokens = await client.authorizationCodeGrant(this.config, currentUrl, {
      ...attempt,
      idTokenExpected: true,
    })
    const id_token = tokens.claims()
    const userinfo = await client.fetchUserInfo(this.config, tokens.access_token, id_token.sub)
    return { id_token, userinfo, signed: tokens.id_token, refresh_token: tokens.refresh_token }
  }

  // Keeps the session alive; the error invalid_grant says that it is over.
  async refresh(login) {
    const tokens = await client.refreshTokenGrant(this.config, login.refresh_token)
    const id_token = tokens.claims()
    if (id_token.sub !== login.id_token.sub) throw new Error('the new ID token is of somebody else')
    return { ...login, id_token, signed: tokens.id_token, refresh_token: tokens.refresh_token }
  }

  // Where to send the browser to log out.
  logoutUrl(login) {
    return client.buildEndSessionUrl(this.config, {
      id_token_hint: login.signed,
      post_logout_redirect_uri: `${this.portal}/`,
      state: client.randomState(),
    })
  }
}
