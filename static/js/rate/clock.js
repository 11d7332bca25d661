// How long the page was looked at: milliseconds while it is visible, not while it lies behind another.

export class Clock {
  constructor(before = 0) {
    this.total = before;
    this.since = document.hidden ? null : performance.now();
    document.addEventListener("visibilitychange", () => {
      this.total = this.ms();
      this.since = document.hidden ? null : performance.now();
    });
  }

  ms() {
    return Math.round(this.total + (this.since === null ? 0 : performance.now() - this.since));
  }
}
