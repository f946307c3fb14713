// Verifies tokens with AWS's library. The environment has the expected issuer, the URL of the keys, the ID
// of the user pool, and the tokens. Prints a line for each check.
import assert from "node:assert/strict";
import { CognitoJwtVerifier, JwtVerifier } from "aws-jwt-verify";
import {
  CognitoJwtInvalidClientIdError, CognitoJwtInvalidTokenUseError, JwtExpiredError,
  JwtInvalidIssuerError, JwtInvalidScopeError, JwtInvalidSignatureError, KidNotFoundInJwksError,
  ParameterValidationError,
} from "aws-jwt-verify/error";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";

const {
  ISSUER: issuer, COGNITO_M2M_JWKS_URL: jwksUrl, USER_POOL_ID: userPoolId,
  FETCHED, SIGNED, EXPIRED, FOREIGN, FORGED,
} = process.env;
const isAws = issuer.startsWith("https://");

const jwksUri = `${issuer}/.well-known/jwks.json`;

// Requests for the issuer's JWKS go to loopback. The library's own fetcher accepts https only.
const fetcher = {
  fetch: async (uri) => {
    assert.equal(uri, jwksUri);
    const response = await fetch(jwksUrl, { signal: AbortSignal.timeout(30_000) });
    assert.equal(response.status, 200, jwksUrl);
    return response.arrayBuffer();
  },
};
const jwksCache = new SimpleJwksCache({ fetcher });

const expected = { tokenUse: "access", clientId: "reporting", scope: "widgets/read" };

function cognitoVerifier(changes) {
  return CognitoJwtVerifier.create({ userPoolId, ...expected, ...changes }, { jwksCache });
}

function localVerifier(changes) {
  const { tokenUse, clientId, scope } = { ...expected, ...changes };
  const customJwtCheck = ({ payload }) => {
    if (payload.token_use !== tokenUse) throw new CognitoJwtInvalidTokenUseError();
    if (payload.client_id !== clientId) throw new CognitoJwtInvalidClientIdError();
  };
  return JwtVerifier.create({ issuer, audience: null, scope, customJwtCheck }, { jwksCache });
}

const verifierWith = isAws ? cognitoVerifier : localVerifier;
const verifier = verifierWith({});
const name = isAws ? "CognitoJwtVerifier" : "JwtVerifier";

async function accepts(what, token) {
  const claims = await verifier.verify(token);
  assert.equal(claims.iss, issuer);
  assert.equal(claims.client_id, expected.clientId);
  assert.equal(claims.token_use, expected.tokenUse);
  assert.ok(claims.scope.split(" ").includes(expected.scope));
  console.log(`ok: ${name} accepts ${what} (${issuer})`);
}

async function refuses(what, token, error, by = verifier) {
  await assert.rejects(() => by.verify(token), error, what);
  console.log(`ok: ${name} refuses ${what}`);
}

function tampered(token) {
  const [header, payload, signature] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url"));
  claims.scope = "widgets/read widgets/admin";
  return [header, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
}

await accepts("a token of the token endpoint", FETCHED);
await accepts("a token of the command line", SIGNED);
await refuses("a tampered token", tampered(SIGNED), JwtInvalidSignatureError);
await refuses("an expired token", EXPIRED, JwtExpiredError);
await refuses("a token with an unknown key ID", FOREIGN, KidNotFoundInJwksError);
await refuses("a token of another key with a known key ID", FORGED, JwtInvalidSignatureError);
await refuses("a token for another use", SIGNED, CognitoJwtInvalidTokenUseError,
  verifierWith({ tokenUse: "id" }));
await refuses("a token of another client", SIGNED, CognitoJwtInvalidClientIdError,
  verifierWith({ clientId: "other" }));
await refuses("a token without the scope", SIGNED, JwtInvalidScopeError,
  verifierWith({ scope: "widgets/admin" }));
// With several issuers, one that is not configured is reported as a wrong parameter.
if (isAws) {
  await refuses("a token of another user pool", SIGNED, ParameterValidationError,
    cognitoVerifier({ userPoolId: "us-east-1_Other0001" }));
} else {
  await refuses("a token of another issuer", SIGNED, JwtInvalidIssuerError,
    JwtVerifier.create({ issuer: `${issuer}2`, jwksUri, audience: null }, { jwksCache }));
}
