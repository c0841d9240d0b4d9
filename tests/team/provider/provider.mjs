// An OpenID provider on this machine that issues tokens for any resource: node provider.mjs
// It prints its address, logs anybody in under the name that is typed, and ends with its standard input.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [resource] = process.argv.slice(2);
const scopes = ['testdesk:read', 'testdesk:triage', 'testdesk:order', 'testdesk:admin'];
const key = (type, options, names) => ({ ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), ...names });
const algorithms = { 'rs-machine': 'RS256', 'ps-machine': 'PS256', 'es-machine': 'ES256', 'ed-machine': 'EdDSA' };
const machine = (id) => ({
  client_id: id,
  client_secret: `${id}-secret`,
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
});

const configuration = {
  clients: Object.keys(algorithms).map(machine),
  jwks: {
    keys: [
      key('rsa', { modulusLength: 2048 }, { kid: 'rsa', use: 'sig' }),
      key('ec', { namedCurve: 'P-256' }, { kid: 'ec', use: 'sig' }),
      key('ed25519', {}, { kid: 'ed', use: 'sig' }),
    ],
  },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'] },
  scopes: ['openid', 'offline_access', ...scopes],
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  extraTokenClaims: (_, token) => ({ groups: token.accountId === 'lena' ? ['qa-leads'] : [] }),
  features: {
    clientCredentials: { enabled: true },
    registration: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, indicator, client) => ({
        scope: scopes.join(' '),
        audience: indicator,
        accessTokenTTL: 300,
        accessTokenFormat: indicator.endsWith('/opaque') ? 'opaque' : 'jwt',
        jwt: { sign: { alg: algorithms[client.clientId] ?? 'RS256' } },
      }),
      useGrantedResource: () => true,
    },
  },
};

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const address = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(address, configuration);
  provider.on('server_error', (_, error) => console.error(error));
  server.on('request', provider.callback());
  console.log(address);
});
process.stdin.resume().on('end', () => process.exit(0));
