// Writes what Node answers: run node answers.js in this folder, with axios and
// ua-parser-js installed (the versions of ../../npm/package.json). answers.json
// has what each login of logins.json did, hours.json the decisions of
// 05-office-hours.js. The tests need no Node; these are the answers of Node 20.
const fs = require('fs'), path = require('path'), util = require('util');
const axios = require('axios');

const now = Date.UTC(2026, 2, 4, 10, 30);
const sample = JSON.parse(fs.readFileSync('../event.json', 'utf8'));
const merge = (whole, patch) => { // RFC 7396
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch;
  const out = whole !== null && typeof whole === 'object' && !Array.isArray(whole) ? { ...whole } : {};
  for (const [k, v] of Object.entries(patch)) if (v === null) delete out[k]; else out[k] = merge(out[k], v);
  return out;
};

const { at } = require('./hours.js');
const load = (name, console) => {
  const module = { exports: {} };
  new Function('module', 'exports', 'require', 'console', fs.readFileSync(name + '.js', 'utf8'))(module, module.exports, require, console);
  return module.exports;
};

// recorder is an api that writes down what is called.
const recorder = (event, commands) => {
  const api = {};
  const group = (name, methods) => { api[name] = Object.fromEntries(Object.entries(methods).map(([m, f]) => [m, (...args) => {
    commands.push([`${name}.${m}`, ...JSON.parse(JSON.stringify(f(...args))).filter((v) => v !== '<undefined>')]);
    return api;
  }])); };
  const plain = (...args) => args.map((v) => (v === undefined ? '<undefined>' : v));
  group('access', { deny: plain });
  group('idToken', { setCustomClaim: plain });
  group('accessToken', { setCustomClaim: plain });
  group('user', { setAppMetadata: plain });
  group('multifactor', { enable: (provider, options = {}) => [provider, options] });
  group('redirect', { sendUserTo: (url, { query }) => {
    const u = new URL(url);
    for (const k of Object.keys(query)) u.searchParams.set(k, query[k]);
    return [u.href];
  } });
  api.redirect.canRedirect = () => event.request.query.prompt !== 'none';
  return api;
};

let requests = [];
axios.defaults.adapter = async (config) => {
  const url = axios.getUri(config);
  requests.push([config.method.toUpperCase(), url, config.data ?? '', config.headers.toJSON()['Content-Type'] ?? '', config.auth ? config.auth.username : config.headers.toJSON().Authorization ?? '']);
  if (url.endsWith('/down')) throw new axios.AxiosError('fetch failed: down', 'ERR_NETWORK', config);
  const data = url.endsWith('/customers') ? '{"id":"cus_2"}' : url.endsWith('/subscriptions') ? '{"status":"trialing"}' : '{}';
  return { status: 200, statusText: 'OK', data, headers: {}, config, request: {} };
};

(async () => {
  const answers = [];
  for (const login of JSON.parse(fs.readFileSync('logins.json', 'utf8'))) {
    const steps = [];
    for (const [i, patch] of login.events.entries()) {
      const event = { ...merge(sample, patch), secrets: login.secrets ?? {} };
      const commands = [], lines = [];
      requests = [];
      const write = (level) => (...args) => { lines.push([level, util.format(...args)]); };
      const console = Object.fromEntries(['log', 'info', 'warn', 'error'].map((level) => [level, write(level)]));
      await at(now, () => load(login.action, console)[i ? 'onContinuePostLogin' : 'onExecutePostLogin'](event, recorder(event, commands)));
      steps.push({ commands, console: lines, requests });
    }
    answers.push({ ...login, answers: steps });
  }
  fs.writeFileSync('answers.json', '[\n' + answers.map((a) => JSON.stringify(a)).join(',\n') + '\n]\n');

  const { decide, changes, times } = require('./hours.js');
  const zones = new Set(Intl.supportedValuesOf('timeZone'));
  const folder = '/usr/share/zoneinfo'; // more names of the same zones
  const known = (timeZone) => { try { new Intl.DateTimeFormat('en', { timeZone }); return true; } catch (e) { return false; } };
  for (const file of fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true, withFileTypes: true }) : []) {
    const name = path.relative(folder, path.join(file.path, file.name));
    if (!file.isDirectory() && !/^(posix|right|Factory|SystemV)/.test(name) && known(name)) zones.add(name);
  }
  const handler = load('05-office-hours', { log() {} }).onExecutePostLogin;
  const rows = [];
  for (const zone of [...zones].sort()) {
    const found = changes(zone);
    rows.push([zone, found, await decide(handler, zone, times(found))]);
  }
  fs.writeFileSync('hours.json', `{"tz": ${JSON.stringify(process.versions.tz)}, "zones": [\n` + rows.map((r) => JSON.stringify(r)).join(',\n') + '\n]}\n');
})();
