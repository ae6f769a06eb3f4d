// A delivery code is checked on the phone where there is no signal. What is kept here is a salted,
// slow hash: six digits behind it take days to guess. Only the server's look is proof.

export const MOST_WRONG = 5;

/** The verifier of one courier's attempt: from this tab's memory, or from the server. */
export async function verifierFor({ s10, attempt, courier }) {
  const name = `verifier:${s10}:${attempt}:${courier}`;
  const kept = sessionStorage.getItem(name);
  if (kept) return JSON.parse(kept);
  const answer = await fetch(`/courier/verifiers/${s10}`, {
    headers: { accept: "application/json" }, signal: AbortSignal.timeout(20_000),
  });
  if (!answer.ok) throw new Error(`verifier: ${answer.status}`);
  const verifier = await answer.json();
  if (String(verifier.attempt) === String(attempt)) {
    sessionStorage.setItem(name, JSON.stringify(verifier));
  }
  return verifier;
}

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** Whether *typed* is the code behind *verifier*. Takes a second of a phone, on purpose. */
export async function fits(verifier, typed) {
  const key = await crypto.subtle.importKey(
    "raw", new TextEncoder().encode(typed), "PBKDF2", false, ["deriveBits"],
  );
  const found = new Uint8Array(await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt: bytes(verifier.salt), iterations: verifier.rounds },
    key, 256,
  ));
  const right = bytes(verifier.hash);
  return found.every((byte, place) => byte === right[place]);
}

/** How often a wrong code was typed on this phone at this attempt; it outlives the page. */
export class Tries {
  constructor({ s10, attempt, courier }) {
    this.name = `wrong:${s10}:${attempt}:${courier}`;
  }

  get wrong() {
    return Number(localStorage.getItem(this.name) ?? 0);
  }

  get locked() {
    return this.wrong >= MOST_WRONG;
  }

  add() {
    localStorage.setItem(this.name, this.wrong + 1);
  }
}
