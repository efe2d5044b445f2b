// Runs scripts/*.js and writes what each tells into scripts/*.json:
//
//	NODE_PATH=…/node_modules node scripts.js [name …]
//
// A script is the body of an async function with tell(value) and attempt(f),
// which tells what f returns or throws. The same text runs in an Action. The
// packages that scripts require are those of ../../npm/package-lock.json.
const fs = require('fs');
const util = require('util');

const AsyncFunction = (async () => {}).constructor;
exports.prelude = `
  const attempt = async (f) => { let v; try { v = await f(); } catch (e) { v = e instanceof Error || e && e.name ? '!' + e.name + ' ' + e.code + ': ' + e.message : '!' + e; } tell(v); };`;

async function run(name) {
  const told = [];
  const tell = (v) => { told.push(v === undefined ? null : v); };
  await new AsyncFunction('require', 'tell', exports.prelude + '\n' + fs.readFileSync(`scripts/${name}.js`, 'utf8'))(require, tell);
  fs.writeFileSync(`scripts/${name}.json`, '[\n' + told.map((v) => JSON.stringify(v)).join(',\n') + '\n]\n');
}

(async () => {
  const names = process.argv.slice(2);
  for (const file of fs.readdirSync('scripts')) {
    const name = file.replace(/\.js$/, '');
    if (file.endsWith('.js') && (!names.length || names.includes(name))) await run(name);
  }
})();
