// A certified OpenID provider, with two clients and the people that the first argument names:
// {"people": {"cai": ["candidate"]}, "audience": "interview-gateway"}. It prints its address.

import { createServer } from "node:http";
import Provider from "oidc-provider";

const { people, audience } = JSON.parse(process.argv[2]);

/** An access token for the gateway, and refresh tokens. The other client gets the ID token alone. */
const THOROUGH = "the-thorough-page";
const RESOURCE = "urn:interview-gateway";

const client = (id) => ({
  client_id: id,
  token_endpoint_auth_method: "none",
  redirect_uris: ["https://gateway.example/"],
  post_logout_redirect_uris: ["https://gateway.example/"],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
});

const server = createServer((request, response) => handle(request, response));
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [client("the-page"), client(THOROUGH)],
  claims: { openid: ["sub", "name", "roles"] },
  conformIdTokenClaims: false,
  clientBasedCORS: () => true,
  pkce: { required: () => true },
  issueRefreshToken: (_, { clientId }) => clientId === THOROUGH,
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: `${id} Ash`, roles: people[id] ?? [] }),
  }),
  extraTokenClaims: (_, { accountId }) => ({ roles: people[accountId] ?? [] }),
  features: {
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_, { clientId }) => (clientId === THOROUGH ? RESOURCE : undefined),
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope: "", audience, accessTokenFormat: "jwt" }),
    },
  },
  // Nobody is asked what they allow: the team has set this client up for them.
  async loadExistingGrant({ oidc }) {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope("openid");
    grant.addResourceScope(RESOURCE, "");
    await grant.save();
    return grant;
  },
});
// The tests' gateways take any free port.
for (const name of ["redirectUriAllowed", "postLogoutRedirectUriAllowed"]) {
  provider.Client.prototype[name] = (uri) => /^http:\/\/127\.0\.0\.1:\d+\/$/.test(uri);
}
const handle = provider.callback();
console.log(issuer);
