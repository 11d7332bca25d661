// Carries the word "saved" to the next page; said only after the server had answered.

const KEY = "triptych-just-saved";

export function markSaved() {
  try {
    sessionStorage.setItem(KEY, "1");
  } catch {
    // the word is a courtesy
  }
}

/** True once after a save. */
export function justSaved() {
  try {
    const saved = sessionStorage.getItem(KEY) !== null;
    sessionStorage.removeItem(KEY);
    return saved;
  } catch {
    return false;
  }
}
