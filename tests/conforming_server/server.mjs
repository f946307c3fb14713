// An authorization server on a free loopback port, with client credentials, resource indicators and
// JWT access tokens signed with RS256. Prints its issuer when it is ready.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import Provider, { errors } from "oidc-provider";

const AUDIENCE = "https://api.example.com";
const SCOPES = "widgets/read widgets/write";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwk = { ...privateKey.export({ format: "jwk" }), kid: "first", use: "sig", alg: "RS256" };

// The issuer contains the port, so the server must listen before the provider is created.
let handle;
const server = createServer((request, response) => handle(request, response));
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    jwks: { keys: [jwk] },
    clients: [
      {
        client_id: "reporting",
        // Has characters that form-encoding changes (RFC 6749, section 2.3.1).
        client_secret: process.env.CLIENT_SECRET,
        token_endpoint_auth_method: "client_secret_basic",
        grant_types: ["client_credentials"],
        response_types: [],
        redirect_uris: [],
      },
    ],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        getResourceServerInfo: (_context, resource) => {
          if (resource !== AUDIENCE) throw new errors.InvalidTarget();
          return {
            scope: SCOPES,
            audience: AUDIENCE,
            accessTokenTTL: 300,
            accessTokenFormat: "jwt",
            jwt: { sign: { alg: "RS256" } },
          };
        },
      },
    },
    // `token_use` is a claim of Cognito, which no standard defines.
    extraTokenClaims: () =>
      process.env.TOKEN_USE ? { token_use: process.env.TOKEN_USE } : undefined,
  });
  handle = provider.callback();
  console.log(issuer);
});
