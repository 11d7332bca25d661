// What was begun and not yet saved stays in this browser until the server has it.

import { storage } from "./storage.js";

export class Draft {
  /** `base` is what the server sent: a draft on top of older values is out of date. */
  constructor(id, base) {
    this.key = `triptych-draft:${id}`;
    this.base = JSON.stringify(base);
  }

  /** {values, visible_ms, unsent}, or null; `unsent` is the form_id of a finished judgement. */
  read() {
    try {
      const draft = JSON.parse(storage.get(this.key));
      return draft?.base === this.base ? draft : null;
    } catch {
      return null;
    }
  }

  /** False when this browser keeps nothing. */
  keep(values, visible_ms, unsent = null) {
    if (JSON.stringify(values) === this.base && !unsent) return this.forget();
    return storage.set(this.key, JSON.stringify({ base: this.base, values, visible_ms, unsent }));
  }

  forget() {
    return storage.set(this.key, null);
  }
}
