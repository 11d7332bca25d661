// The form as a list of rows to decide. Knows the fields, not the keys and not the network.

import { askedOf } from "./conditions.js";
import { formatOrder, parseOrder } from "./order.js";
import { filled, prepare, show } from "./scales.js";

const HIDDEN = new Set(["form_id", "visible_ms"]);

export class Judgement {
  constructor(form) {
    this.form = form;
    this.numbers = [...document.querySelectorAll("[data-answer]")].map((a) => Number(a.dataset.answer));
    this.rows = [...form.querySelectorAll("[data-row]")].map((element) => ({
      element,
      kind: element.dataset.row,
      label: element.dataset.label,
      slot: element.dataset.slot ? Number(element.dataset.slot) : null,
      criterion: element.closest("[data-criterion]"),
    }));
    this.criteria = [...new Set(this.rows.map((row) => row.criterion))];
    form.querySelectorAll(".only-where").forEach((note) => (note.hidden = true)); // it is seen instead
    this.rows.forEach((row) => (row.kind === "order" ? this.#prepareOrder(row) : prepare(row)));
    this.refresh();
  }

  #prepareOrder(row) {
    row.text = row.element.querySelector(".order-text");
    row.text.hidden = false;
    row.text.value = this.#orderText(row);
    row.element.querySelector(".order-hint").hidden = false;
    // The text field stands for the ranks on the keyboard; they stay there for the pointer.
    row.element.querySelectorAll("input[type=radio]").forEach((radio) => (radio.tabIndex = -1));
  }

  /** What would be sent, as plain data: for drafts, for undo, for "has anything changed". */
  values() {
    const said = ([name, value]) => !HIDDEN.has(name) && (value !== "" || name === "comment");
    return Object.fromEntries([...new FormData(this.form)].filter(said));
  }

  /** The texts by name: no undo takes away what was written. */
  written() {
    return Object.fromEntries([...this.form.querySelectorAll("textarea")].map((field) => [field.name, field.value]));
  }

  fill(values) {
    for (const field of this.form.elements) {
      if (!field.name || HIDDEN.has(field.name)) continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked = values[field.name] === field.value;
      else field.value = values[field.name] ?? "";
    }
    this.rows.forEach((row) => row.text && (row.text.value = this.#orderText(row)));
    this.refresh();
    this.form.dispatchEvent(new Event("filled"));
  }

  skipped(row) {
    return Boolean(row.criterion.querySelector("[value=cannot_judge]:checked"));
  }

  done(row) {
    if (row.element.hidden || this.skipped(row)) return true;
    if (row.kind === "order") return Object.keys(this.#ranks(row)).length === this.numbers.length;
    return filled(row);
  }

  /** Rows that are asked now. */
  shown() {
    return this.rows.filter((row) => !row.element.hidden);
  }

  missing() {
    return this.rows.filter((row) => !this.done(row) && !("optional" in row.criterion.dataset));
  }

  /** The next row after `index` that still wants something, or -1. */
  nextOpen(index) {
    return this.rows.findIndex((row, i) => i > index && !this.done(row));
  }

  choose(row, value) {
    this.#unskip(row, value);
    const input = row.number ?? row.element.querySelector(`input[value="${value}"]`);
    if (!input || row.element.disabled) return false;
    if (row.number) input.value = value;
    else input.checked = true;
    this.refresh();
    return true;
  }

  /** Takes the text as it is typed; true once it is a whole order. */
  setOrder(row, text) {
    row.text.value = text;
    const ranks = parseOrder(text, this.numbers);
    row.element.querySelectorAll("input[type=radio]").forEach((radio) => {
      radio.checked = Boolean(ranks) && String(ranks[this.#slotOf(radio)]) === radio.value;
    });
    if (ranks) this.#unskip(row, "ranked");
    this.refresh();
    return Boolean(ranks);
  }

  /** Ranks were clicked: say the same in the text field. */
  orderClicked(row) {
    row.text.value = this.#orderText(row);
    this.refresh();
  }

  cannotJudge(row) {
    row.criterion.querySelector("[value=cannot_judge]").checked = true;
    this.refresh();
  }

  #unskip(row, value) {
    const skip = row.criterion.querySelector("[data-skip]");
    if (skip && value !== "cannot_judge") skip.checked = false;
    this.refresh();
  }

  #slotOf(radio) {
    return radio.name.slice(radio.name.lastIndexOf("-") + 1);
  }

  #ranks(row) {
    const checked = row.element.querySelectorAll("input[type=radio]:checked");
    return Object.fromEntries([...checked].map((radio) => [this.#slotOf(radio), radio.value]));
  }

  #orderText(row) {
    return formatOrder(this.#ranks(row), this.numbers);
  }

  /** Hides what is not asked, greys out what "cannot judge" makes pointless, ticks what is done. */
  refresh() {
    for (const criterion of this.criteria) {
      const asked = askedOf(criterion, this.form, this.numbers); // in order: it looks at those before
      const rows = this.rows.filter((row) => row.criterion === criterion);
      criterion.hidden = asked.length === 0;
      for (const row of rows) this.#switch(row, criterion.hidden || (row.slot !== null && !asked.includes(row.slot)));
      criterion.classList.toggle("is-done", rows.every((row) => this.done(row)));
    }
  }

  #switch(row, hidden) {
    row.element.hidden = hidden;
    row.element.disabled = hidden || (row.kind !== "prefer" && this.skipped(row));
    show(row);
  }
}
