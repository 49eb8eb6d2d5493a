/** The SHA-256 fingerprint of the home's CA as other programs show it; empty where the browser cannot reckon it: it does so over HTTPS only. */
export async function fingerprint(ca) {
  if (!ca || !globalThis.crypto?.subtle) return "";
  const reply = await fetch("/ca.crt");
  if (!reply.ok) return "";
  const lines = (await reply.text()).split("\n").filter((line) => line && !line.startsWith("-----"));
  const bytes = Uint8Array.from(atob(lines.join("").replace(/\s/g, "")), (character) => character.charCodeAt(0));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":");
}
