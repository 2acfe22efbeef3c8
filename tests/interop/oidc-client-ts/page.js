// A page that logs in with oidc-client-ts; what needs the client's secret goes by its own backend.
const { issuer, client_id, direct } = await (await fetch('/settings.json')).json()
const here = location.origin

const manager = new oidc.UserManager({
  authority: issuer,
  client_id,
  redirect_uri: `${here}/callback`,
  post_logout_redirect_uri: `${here}/`,
  scope: 'openid profile',
  loadUserInfo: true,
  // Refresh when the person does something, never by a timer.
  automaticSilentRenew: false,
  // The broker's metadata tells the rest; these two it does not answer to a page of another site.
  metadataSeed: direct
    ? {}
    : { token_endpoint: `${here}/broker/token`, userinfo_endpoint: `${here}/broker/userinfo` },
})

const actions = {
  login: () => manager.signinRedirect({ nonce: crypto.randomUUID() }),
  refresh: () => manager.signinSilent(),
  // Only with something to remember does the library send a state, and know its own answer by it.
  logout: () => manager.signoutRedirect({ state: 'logged out' }),
}

function show(user, refused) {
  const { profile, id_token } = user ?? {}
  document.querySelector('output').textContent = JSON.stringify({ profile, id_token, refused })
}

async function attempt(action) {
  try {
    show((await action()) ?? (await manager.getUser()))
  } catch (refusal) {
    show(undefined, [refusal.error, refusal.message].filter(Boolean).join(': '))
  }
}

for (const [name, action] of Object.entries(actions)) {
  document.getElementById(name).addEventListener('click', () => attempt(action))
}
await attempt(async () => {
  if (location.pathname === '/callback') {
    // The library does not look at iss (RFC 9207) by itself.
    if (new URLSearchParams(location.search).get('iss') !== issuer) throw new Error('another issuer')
    const user = await manager.signinCallback()
    history.replaceState({}, '', '/')
    return user
  }
  if (location.search.includes('state=')) await manager.signoutCallback()
})
