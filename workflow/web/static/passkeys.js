// Passkeys (WebAuthn): a form marked data-passkey="create" or "get" is sent with the browser's answer to its data-ask.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const base64url = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// By hand, and not by parseCreationOptionsFromJSON and toJSON: browsers of 2024 lack them.
const asked = (ask) => {
  const known = (list) => list?.map((each) => ({ ...each, id: bytes(each.id) }));
  const options = { ...ask, challenge: bytes(ask.challenge) };
  if (ask.user) options.user = { ...ask.user, id: bytes(ask.user.id) };
  if (ask.allowCredentials) options.allowCredentials = known(ask.allowCredentials);
  if (ask.excludeCredentials) options.excludeCredentials = known(ask.excludeCredentials);
  return options;
};
const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature"];
const answered = ({ id, rawId, type, response }) => ({
  id,
  rawId: base64url(rawId),
  type,
  response: Object.fromEntries(PARTS.filter((part) => response[part]).map((part) => [part, base64url(response[part])])),
});

const WORDS = { InvalidStateError: "alreadyRegistered", SecurityError: "otherSite", NotSupportedError: "notSupported" };

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const { passkey: ceremony, ask } = form.dataset;
  const answer = form.querySelector("input[name$=passkey]");
  const says = form.querySelector("[role=alert]");
  const button = form.querySelector("button");
  const say = (words) => {
    says.textContent = words;
    says.hidden = !words;
  };
  form.previousElementSibling.hidden = true;
  form.hidden = false;
  if (!window.PublicKeyCredential) {
    say(form.dataset.notSupported);
    button.disabled = true;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("");
    button.disabled = true;
    try {
      answer.value = JSON.stringify(answered(await navigator.credentials[ceremony]({ publicKey: asked(JSON.parse(ask)) })));
      form.submit();
    } catch (error) {
      say(form.dataset[WORDS[error.name] ?? "cancelled"]);
      button.disabled = false;
    }
  });
}
