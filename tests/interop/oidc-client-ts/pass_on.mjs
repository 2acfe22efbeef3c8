// The part of a page's backend that holds the client's secret: it passes two requests on to the broker.
export class Broker {
  static async connect({ issuer, client_id, secret }) {
    const answer = await fetch(`${issuer}/.well-known/openid-configuration`)
    const words = [client_id, secret].map(encodeURIComponent).join(':')
    return new Broker(await answer.json(), `Basic ${btoa(words)}`)
  }

  constructor(metadata, proof) {
    this.metadata = metadata
    this.proof = proof
  }

  // Only for pages of our own origin: another site must not use our secret.
  passOn(path, request, body) {
    if (request.headers['sec-fetch-site'] !== 'same-origin') return undefined
    if (path === '/broker/token' && request.method === 'POST') {
      const headers = {
        Authorization: this.proof,
        'Content-Type': 'application/x-www-form-urlencoded',
      }
      return fetch(this.metadata.token_endpoint, { method: 'POST', headers, body })
    }
    if (path === '/broker/userinfo' && request.method === 'GET') {
      const headers = { Authorization: request.headers.authorization ?? '' }
      return fetch(this.metadata.userinfo_endpoint, { headers })
    }
    return undefined
  }
}
