/* Signs with a passkey what a page shows, and submits the answers with the page's own form.

   The form names in `data-passkey` where to ask what is to be signed: {"asked": [{"signed", "publicKey"}]}, binary
   values in base64url. The answers go into its field `answers`: [{"signed", "assertion"}]. Without this script, or
   without passkeys in the browser, the form stays hidden and the other way to sign is there. */

const form = document.querySelector("form[data-passkey]");

function octets(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function assertion(publicKey) {
  const found = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: octets(publicKey.challenge),
      allowCredentials: publicKey.allowCredentials.map((one) => ({ ...one, id: octets(one.id) })),
    },
  });
  const { authenticatorData, clientDataJSON, signature } = found.response;
  return {
    id: found.id,
    response: {
      authenticatorData: text(authenticatorData),
      clientDataJSON: text(clientDataJSON),
      signature: text(signature),
    },
  };
}

async function ask() {
  const response = await fetch(form.dataset.passkey, { method: "POST", body: new FormData(form) });
  const { asked, error } = await response.json();
  if (!response.ok) throw new Error(error);
  const answers = [];
  for (const { signed, publicKey } of asked) answers.push({ signed, assertion: await assertion(publicKey) });
  return JSON.stringify(answers);
}

if (form && window.PublicKeyCredential) {
  const said = form.querySelector("[data-passkey-said]");
  const button = form.querySelector("button");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    button.disabled = true;
    try {
      form.elements.answers.value = await ask();
      form.submit();
    } catch (error) {
      said.textContent = error.name === "Error" && error.message ? error.message : form.dataset.refused;
      button.disabled = false;
    }
  });
}
