// An OpenID provider made of npm's oidc-provider, for one application. It takes its
// settings as a line of JSON, prints its issuer, and ends with its input.
//
// Its login page is a form without a password: who the person is does not matter here.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

const input = createInterface({ input: process.stdin });
const settings = JSON.parse(await new Promise((resolve) => input.once('line', resolve)));
input.on('close', () => process.exit(0));

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://localhost:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [{
    client_id: settings.client_id,
    client_secret: settings.client_secret,
    redirect_uris: [settings.redirect_uri],
    post_logout_redirect_uris: [settings.post_logout_redirect_uri],
    backchannel_logout_uri: settings.backchannel_logout_uri,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  }],
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: 'Ada Lovelace', email: 'ada@example.test', email_verified: true, login_count: 3 }),
  }),
  claims: { openid: ['sub', 'login_count'], email: ['email', 'email_verified'], profile: ['name'] },
  conformIdTokenClaims: false, // claims in the ID token as well as in UserInfo
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      // Its own page asks for a font from the network.
      logoutSource: (ctx, form) => {
        ctx.body = `<!doctype html><title>Log out</title>${form}<button form="op.logoutForm" name="logout" value="yes">Log out</button>`;
      },
    },
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  // A refresh token for every login, without prompt=consent (OpenID Connect Core 11).
  issueRefreshToken: async () => true,
  // Its own fetch refuses addresses of this machine; back-channel logout goes there. And
  // it waits 2.5 s, which a busy machine may take longer than.
  fetch: (url, options) => globalThis.fetch(url, { ...options, dispatcher: undefined, signal: AbortSignal.timeout(60_000) }),
});

// interaction logs the person in and consents to everything.
async function interaction(req, res) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(req, res);
  if (prompt.name === 'login') {
    if (req.method !== 'POST') {
      res.setHeader('content-type', 'text/html');
      res.end('<!doctype html><title>Log in</title><form method="post"><button>Log in</button></form>');
      return;
    }
    await provider.interactionFinished(req, res, { login: { accountId: 'ada' } });
    return;
  }
  const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  await provider.interactionFinished(req, res, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
}

const protocol = provider.callback();
server.on('request', (req, res) => {
  if (!req.url.startsWith('/interaction/')) return protocol(req, res);
  interaction(req, res).catch((err) => {
    console.error(err);
    res.statusCode = 500;
    res.end(String(err));
  });
});
console.log(JSON.stringify({ issuer }));
