// Signing in and out, and the first account of a home. Text of the hub is shown as text, never as markup.

const WORDS = {
  signIn: "Sign in to this hub.",
  setUp: "Welcome. Choose a name and a password for the administrator of this home.",
  goSignIn: "Sign in",
  goSetUp: "Begin",
  isIn: (name, scope) => `${name} is signed in (${scope}).`,
  away: "The hub does not answer. Is it running?",
};

const at = (id) => document.getElementById(id);
// In the fragment, so that the code reaches no log; and gone from the address at once.
const code = location.pathname === "/welcome" ? location.hash.slice(1) : "";

async function ask(method, path, body) {
  const sent = body && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  let reply;
  try {
    reply = await fetch(`/api/v1${path}`, { method, ...sent });
  } catch {
    throw new Error(WORDS.away);
  }
  const told = reply.status === 204 ? null : await reply.json();
  if (!reply.ok) throw Object.assign(new Error([told.detail, told.hint].filter(Boolean).join(" ")), { status: reply.status });
  return told;
}

function showForm() {
  at("say").textContent = code ? WORDS.setUp : WORDS.signIn;
  at("go").textContent = code ? WORDS.goSetUp : WORDS.goSignIn;
  at("password").autocomplete = code ? "new-password" : "current-password";
  at("form").hidden = false;
  at("in").hidden = true;
  at("name").focus();
}

function showIn(who) {
  at("say").textContent = WORDS.isIn(who.name, who.scope);
  at("form").hidden = true;
  at("in").hidden = false;
}

at("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  at("go").disabled = true;
  at("problem").textContent = "";
  const login = { name: at("name").value, password: at("password").value };
  try {
    const who = code ? await ask("POST", "/setup", { code, ...login }) : await ask("POST", "/session", login);
    at("form").reset();
    history.replaceState(null, "", "/");
    showIn(who);
  } catch (error) {
    at("problem").textContent = error.message;
  } finally {
    at("go").disabled = false;
  }
});

at("out").addEventListener("click", async () => {
  try {
    await ask("DELETE", "/session");
    location.assign("/login");
  } catch (error) {
    at("say").textContent = error.message;
  }
});

if (code) {
  history.replaceState(null, "", "/welcome");
  showForm();
} else {
  try {
    showIn(await ask("GET", "/session"));
  } catch (error) {
    if (error.status === 401) showForm();
    else at("say").textContent = error.message;
  }
}
