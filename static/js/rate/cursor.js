// Which row the keys act on. It follows the focus, and the focus follows it.

import { focusOf } from "./scales.js";

export class Cursor {
  constructor(judgement, onMove) {
    this.judgement = judgement;
    this.onMove = onMove;
    judgement.form.addEventListener("focusin", (event) => {
      const index = judgement.rows.findIndex((row) => row.element.contains(event.target));
      if (index >= 0) this.mark(index);
    });
    this.mark(Math.max(judgement.nextOpen(-1), 0));
  }

  get row() {
    return this.judgement.rows[this.index];
  }

  /** Shows where we are, without touching the focus. */
  mark(index) {
    this.index = index;
    this.judgement.rows.forEach((row, i) => row.element.classList.toggle("is-active", i === index));
    for (const answer of document.querySelectorAll("[data-answer]")) {
      answer.classList.toggle("is-active", Number(answer.dataset.answer) === this.row?.slot);
    }
  }

  go(index) {
    this.mark(index);
    this.onMove(this.row);
    focusOf(this.row).focus({ preventScroll: true });
    this.row.element.scrollIntoView({ block: "nearest" });
  }

  /** Up and down, over what "cannot judge" has switched off. */
  step(by) {
    const { rows } = this.judgement;
    for (let i = this.index + by; i >= 0 && i < rows.length; i += by) {
      if (!rows[i].element.disabled) return this.go(i);
    }
  }

  /** After a choice: the next row without one, else what is still missing before it, else the button. */
  advance() {
    const { rows } = this.judgement;
    const next = this.judgement.nextOpen(this.index);
    const open = next >= 0 ? next : rows.indexOf(this.judgement.missing()[0]);
    if (open >= 0) this.go(open);
    else document.getElementById("submit").focus({ preventScroll: true });
  }
}
