// The site around the page, for the test to drive.
// usage: node backend.mjs PORT     settings come as JSON on standard input; `direct` leaves the backend out.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { json, text } from 'node:stream/consumers'
import { Broker } from './pass_on.mjs'

const settings = await json(process.stdin)
const broker = await Broker.connect(settings)
const { issuer, client_id, direct } = settings
const file = (name) => readFile(new URL(name, import.meta.url))
const page = ['text/html', await file('page.html')]
const files = {
  '/': page,
  '/callback': page,
  '/page.js': ['text/javascript', await file('page.js')],
  '/oidc-client-ts.js': [
    'text/javascript',
    await file('node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js'),
  ],
  '/settings.json': ['application/json', JSON.stringify({ issuer, client_id, direct })],
}

createServer(async (request, response) => {
  const path = request.url.split('?')[0]
  if (files[path]) {
    const [type, content] = files[path]
    response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8` }).end(content)
    return
  }
  const answer = await broker.passOn(path, request, await text(request))
  if (!answer) {
    response.writeHead(404).end()
    return
  }
  const type = answer.headers.get('content-type')
  const headers = { 'Content-Type': type, 'Cache-Control': 'no-store' }
  response.writeHead(answer.status, headers).end(await answer.text())
}).listen(Number(process.argv[2]), '127.0.0.1')
