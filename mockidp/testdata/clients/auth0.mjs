// The auth0 SDK, for the tests of package mockidp:
//
//	node auth0.mjs manage         drives the Management API of a provider
//	node auth0.mjs case PACKAGE   runs an Action against answers that are given
//
// It reads one JSON object from standard input and prints one.
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'

const require = createRequire(import.meta.url)
const input = JSON.parse(await text(process.stdin))

// manage takes an Action and a user through their lives, as tools around Actions
// do, and returns what each step gave.
async function manage({ domain, client_id, client_secret }) {
  const { ManagementClient } = require('auth0')
  const auth0 = new ManagementClient({ domain, clientId: client_id, clientSecret: client_secret })
  const out = {}

  const trigger = { id: 'post-login', version: 'v3' }
  const code = (n) => `exports.onExecutePostLogin = async (event, api) => { api.idToken.setCustomClaim("step", [${n}, event.user.email, event.secrets.KEY]); };`
  const created = await auth0.actions.create({ name: 'by-sdk', supported_triggers: [trigger], code: code(1), runtime: 'node22', secrets: [{ name: 'KEY', value: 'sesame' }], dependencies: [{ name: 'lodash', version: '4.17.21' }] })
  const id = created.id
  out.created = [created.name, created.status, created.all_changes_deployed, created.secrets.map((s) => s.name), created.dependencies]
  const first = await auth0.actions.deploy(id)
  out.deployed = [first.number, first.deployed, first.status]
  const updated = await auth0.actions.update(id, { code: code(2) })
  out.updated = [updated.code === code(2), updated.all_changes_deployed, updated.deployed_version.number]
  const tested = await auth0.actions.test(id, { payload: { user: { user_id: 'auth0|1', email: 'x@example.test' }, request: { geoip: {} } } })
  out.tested = [tested.payload.id_token, tested.payload.runs[0].outcome]
  out.untested = await auth0.actions.test(id, { payload: { user: 5 } }).catch((e) => [e.name, e.statusCode])
  await auth0.actions.deploy(id)
  const versions = await auth0.actions.versions.list(id)
  out.versions = versions.data.map((v) => [v.number, v.deployed])
  const old = versions.data.find((v) => v.number === 1)
  out.version = (await auth0.actions.versions.get(id, old.id)).code === code(1)
  out.rolled_back = (await auth0.actions.versions.deploy(id, old.id)).number
  const bound = await auth0.actions.triggers.bindings.updateMany('post-login', { bindings: [{ ref: { type: 'action_name', value: 'by-sdk' }, display_name: 'by-sdk' }] })
  out.bound = bound.bindings.map((b) => b.display_name)
  out.bindings = (await auth0.actions.triggers.bindings.list('post-login')).data.map((b) => b.action.name)
  out.triggers = (await auth0.actions.triggers.list()).triggers.map((t) => t.id)
  out.found = (await auth0.actions.list({ actionName: 'by-sdk' })).data.map((a) => a.name)
  const other = await auth0.actions.create({ name: 'unused', supported_triggers: [trigger], code: code(3) })
  await auth0.actions.delete(other.id)
  out.failed = await auth0.actions.get(other.id).catch((e) => [e.name, e.statusCode, e.body.message])
  out.broken = await auth0.actions.create({ name: 'broken', supported_triggers: [trigger], code: 'exports.onExecutePostLogin = async () => {' }).catch((e) => [e.name, e.statusCode])

  const user = await auth0.users.create({ connection: 'Username-Password-Authentication', email: 'new@example.test', password: 'a-Long-one-5!', app_metadata: { plan: 'free' } })
  out.user = [user.email, user.app_metadata, user.identities[0].connection]
  out.changed = (await auth0.users.update(user.user_id, { app_metadata: { plan: 'gold' }, blocked: true })).app_metadata
  out.got = (await auth0.users.get(user.user_id)).blocked
  out.by_email = (await auth0.users.listUsersByEmail({ email: 'new@example.test' })).length
  const role = await auth0.roles.create({ name: 'editor' })
  await auth0.users.roles.assign(user.user_id, { roles: [role.id] })
  out.roles = (await auth0.users.roles.list(user.user_id)).data.map((r) => r.name)
  out.emails = []
  for await (const u of await auth0.users.list({ per_page: 2, sort: 'email:1' })) out.emails.push(u.email)
  await auth0.users.delete(user.user_id)
  out.gone = await auth0.users.get(user.user_id).catch((e) => [e.name, e.statusCode, e.body.errorCode])
  return out
}

// runCase runs an Action as Node would, with the SDK's requests answered from a
// table, and returns the claims that it sets.
async function runCase({ action, answers, secrets, user_id }, sdk) {
  const sorted = (key) => {
    const [path, query] = key.split('?')
    return query ? path + '?' + query.split('&').sort().join('&') : path
  }
  const table = Object.fromEntries(Object.entries(answers).map(([key, answer]) => [sorted(key), answer]))
  globalThis.fetch = async (url, { method = 'GET' } = {}) => {
    const a = table[sorted(`${method} ${url}`)]
    if (!a) throw new TypeError('fetch failed: getaddrinfo ENOTFOUND')
    return new Response(a.status === 204 ? null : a.body, { status: a.status, statusText: a.status_text, headers: a.headers ?? { 'content-type': 'application/json' } })
  }
  const claims = {}, module = { exports: {} }
  const quiet = { ...console, log() {} }
  new Function('module', 'exports', 'require', 'console', action)(module, module.exports, (name) => require(name === 'auth0' ? sdk : name), quiet)
  await module.exports.onExecutePostLogin({ secrets, user: { user_id } }, { idToken: { setCustomClaim: (name, value) => { claims[name] = value } } })
  return claims
}

const [what, sdk] = process.argv.slice(2)
console.log(JSON.stringify(await { manage, case: runCase }[what](input, sdk)))
