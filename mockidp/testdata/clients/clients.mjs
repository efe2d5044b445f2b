// Two relying parties made of other people's libraries, for the tests of package
// mockidp:
//
//	node clients.mjs openid-client | express-openid-connect
//
// It prints its own address as the first line, reads one line of JSON from
// standard input ({"issuer","client_id","client_secret"}), prints "ready", and
// serves until standard input ends. Every answer is JSON; an error of the library
// is {"error","error_description"} with status 400.
import { webcrypto } from 'node:crypto'
import express from 'express'
import readline from 'node:readline'

globalThis.crypto ??= webcrypto // Node.js 18

const app = express()
app.disable('x-powered-by')
const server = app.listen(0, '127.0.0.1', () => {
  base = `http://127.0.0.1:${server.address().port}`
  console.log(base)
})
let base

const lines = readline.createInterface({ input: process.stdin })
const settings = await new Promise((resolve) => lines.once('line', (l) => resolve(JSON.parse(l))))
process.stdin.on('end', () => process.exit(0))

// The libraries wrap an OAuth error in errors of their own: look inside.
function oauthError(err) {
  for (let e = err; e; e = e.cause ?? e.originalError) {
    if (typeof e.error === 'string') return { error: e.error, error_description: e.error_description ?? '' }
    if (e instanceof URLSearchParams) return { error: e.get('error'), error_description: e.get('error_description') ?? '' }
  }
  return { error: 'client', error_description: String(err?.stack ?? err) }
}

async function openidClient() {
  const client = await import('openid-client')
  const config = await client.discovery(new URL(settings.issuer), settings.client_id, settings.client_secret, undefined, {
    execute: [client.allowInsecureRequests], // the provider is on loopback without TLS
    timeout: 60, // seconds, for a busy machine
  })
  const pending = new Map() // state → what the callback must be checked against
  let tokens // of the last login: there is one browser

  const answer = () => ({ claims: tokens.claims(), scope: tokens.scope, access_token: tokens.access_token, has_refresh_token: 'refresh_token' in tokens })
  app.get('/login', async (req, res) => {
    const verifier = client.randomPKCECodeVerifier()
    const check = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() }
    pending.set(check.expectedState, check)
    res.redirect(client.buildAuthorizationUrl(config, {
      redirect_uri: `${base}/callback`, scope: 'openid profile email offline_access', ...req.query,
      code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
      state: check.expectedState, nonce: check.expectedNonce,
    }).href)
  })
  app.get('/callback', async (req, res) => {
    const check = pending.get(req.query.state)
    pending.delete(req.query.state)
    tokens = await client.authorizationCodeGrant(config, new URL(base + req.originalUrl), check)
    res.json(answer())
  })
  app.get('/refresh', async (req, res) => {
    const before = tokens
    tokens = await client.refreshTokenGrant(config, tokens.refresh_token)
    res.json({ ...answer(), rotated: before.refresh_token !== tokens.refresh_token })
  })
  app.get('/userinfo', async (req, res) => {
    res.json(await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub))
  })
}

async function expressOpenidConnect() {
  const { auth } = (await import('express-openid-connect')).default
  app.use(auth({
    issuerBaseURL: settings.issuer, baseURL: base, clientID: settings.client_id, clientSecret: settings.client_secret,
    secret: 'a long secret for the cookies of a test', authRequired: false, idpLogout: true,
    authorizationParams: { response_type: 'code', scope: 'openid profile email offline_access' },
    routes: { login: false }, httpTimeout: 60_000,
  }))
  const answer = (req) => ({
    claims: req.oidc.idTokenClaims, scope: 'openid profile email offline_access',
    access_token: req.oidc.accessToken?.access_token, has_refresh_token: Boolean(req.oidc.refreshToken),
  })
  app.get('/login', (req, res) => res.oidc.login({
    returnTo: '/me',
    authorizationParams: { redirect_uri: `${base}/callback`, ...req.query },
  }))
  app.get('/me', (req, res) => res.json(answer(req)))
  app.get('/refresh', async (req, res) => {
    const before = req.oidc.refreshToken
    await req.oidc.accessToken.refresh()
    res.json({ ...answer(req), rotated: before !== req.oidc.refreshToken })
  })
  app.get('/userinfo', async (req, res) => res.json(await req.oidc.fetchUserInfo()))
}

await { 'openid-client': openidClient, 'express-openid-connect': expressOpenidConnect }[process.argv[2]]()
app.use((err, req, res, next) => {
  res.status(400).json(oauthError(err))
})
console.log('ready')
