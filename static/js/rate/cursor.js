// Which row the keys act on. It follows the focus, and the focus follows it.

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
    const { element, text } = this.row;
    // On a phone the field for typing an order is not there: what is tapped instead gets the focus.
    const typed = text?.checkVisibility() ? text : null;
    const target = typed ?? element.querySelector("[type=radio]:checked") ?? element.querySelector("[type=radio]");
    target.focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest" });
  }

  /** Up and down, over what "cannot judge" has switched off. */
  step(by) {
    const { rows } = this.judgement;
    for (let i = this.index + by; i >= 0 && i < rows.length; i += by) {
      if (!rows[i].element.disabled) return this.go(i);
    }
  }

  /** After a choice: the next row without one, else the button that saves. */
  advance() {
    const next = this.judgement.nextOpen(this.index);
    const open = next >= 0 ? next : this.judgement.nextOpen(-1);
    if (open >= 0) this.go(open);
    else document.getElementById("submit").focus({ preventScroll: true });
  }
}
