// A real OpenID provider for one client; whoever logs in is whom they say they are.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const [redirectUri, port] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients: [{ client_id: "fanlight", client_secret: "between-the-two-of-us", redirect_uris: [redirectUri] }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  cookies: { keys: ["of this test"] },
  pkce: { required: () => true },
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: () => ({ sub, email: `${sub}@example.org`, email_verified: !sub.startsWith("unverified"), name: sub }),
  }),
  // The sign-in page is not what is tested: the `login_hint` of the browser stands in for a person.
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  features: { devInteractions: { enabled: false } },
});

async function signIn(request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: session?.accountId ?? params.login_hint, clientId: params.client_id });
  grant.addOIDCScope("openid email profile");
  const result = prompt.name === "login"
    ? { login: { accountId: params.login_hint } }
    : { consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}

const answer = provider.callback();
createServer((request, response) => {
  if (request.url.startsWith("/interaction/")) signIn(request, response).catch((error) => response.destroy(error));
  else answer(request, response);
}).listen(Number(port), "127.0.0.1", () => console.log("ready"));
