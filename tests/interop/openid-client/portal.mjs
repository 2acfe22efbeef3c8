// A portal round the relying party, for tests to drive: the pages of python_portal.py.
// usage: node portal.mjs PORT     the relying party's arguments come as JSON on standard input.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { RelyingParty } from './relying_party.mjs'

const settings = await json(process.stdin)
const relyingParty = await RelyingParty.connect(settings)
const attempts = new Map()
const logins = new Map()

const pages = {
  async '/login'(visitor) {
    const { url, attempt } = await relyingParty.begin()
    attempts.set(visitor, attempt)
    return url
  },
  async '/callback'(visitor, currentUrl) {
    const attempt = attempts.get(visitor)
    attempts.delete(visitor)
    logins.set(visitor, await relyingParty.complete(currentUrl, attempt))
    return '/'
  },
  async '/refresh'(visitor) {
    logins.set(visitor, await relyingParty.refresh(logins.get(visitor)))
    return '/'
  },
  async '/logout'(visitor) {
    return relyingParty.logoutUrl(logins.get(visitor))
  },
}

createServer(async (request, response) => {
  const visitor = /\binterop=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? randomUUID()
  response.setHeader('Set-Cookie', `interop=${visitor}; HttpOnly; SameSite=Lax; Path=/`)
  const url = new URL(request.url, settings.portal)
  try {
    const page = pages[url.pathname]
    if (page) {
      response.writeHead(303, { Location: String(await page(visitor, url)) }).end()
    } else {
      const { id_token, userinfo } = logins.get(visitor) ?? {}
      response.end(JSON.stringify({ id_token, userinfo }))
    }
  } catch (refusal) {
    const told = await refusal.response?.text?.().catch(() => '')
    const words = [refusal.error, refusal.code, refusal.message, told].filter(Boolean).join(': ')
    response.writeHead(400).end(JSON.stringify({ refused: words }))
  }
}).listen(Number(process.argv[2]), '127.0.0.1')
