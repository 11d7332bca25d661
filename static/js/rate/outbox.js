// A finished judgement that found no server is sent as soon as there is one again.

const EVERY_MS = 5_000;

export class Outbox {
  /** `send` is tried until it is stopped: when the browser is online again, and every few seconds. */
  constructor(send) {
    this.send = send;
    this.timer = null;
    addEventListener("online", () => this.waiting && this.send());
  }

  get waiting() {
    return this.timer !== null;
  }

  wait() {
    this.stop();
    this.timer = setTimeout(() => this.send(), EVERY_MS);
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = null;
  }
}
