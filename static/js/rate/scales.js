// What a row wants, by its scale: whether it has it, what a digit means, where the focus belongs.

import { t } from "./texts.js";

const MIDDLE = 50;

/** The number stays the field that is sent; a slider stands in its place. */
export function prepare(row) {
  if (row.kind !== "slider") return;
  row.number = row.element.querySelector("[data-number]");
  row.slide = row.element.querySelector("[data-slide]");
  row.shown = row.element.querySelector("[data-slide-value]");
  row.number.hidden = true;
  row.slide.hidden = row.shown.hidden = false;
  row.slide.addEventListener("input", () => (row.number.value = row.slide.value));
}

/** Shows on the slider what the number says. */
export function show(row) {
  if (row.kind !== "slider") return;
  const unset = row.number.value === "";
  row.slide.value = unset ? MIDDLE : row.number.value;
  row.slide.classList.toggle("is-unset", unset);
  row.slide.setAttribute("aria-valuetext", unset ? t("not set") : row.number.value);
  row.shown.textContent = unset ? "–" : row.number.value;
}

export function filled(row) {
  if (row.kind === "slider") return row.number.value !== "";
  if (row.kind === "text") return writing(row).value.trim() !== "";
  return Boolean(row.element.querySelector("input:checked"));
}

/** {value} that the digit chooses, or {message} where it chooses nothing. */
export function digit(row, key) {
  if (row.kind === "slider") return { value: String(Number(key) * 10) };
  if (row.kind === "yes_no") return { message: t("Press y for yes, n for no.") };
  if (row.kind === "text") return { message: t("Press w to write.") };
  const most = row.element.querySelectorAll("[type=radio]").length;
  if (Number(key) <= most) return { value: key };
  return { message: row.kind === "choice" ? t("There are %(most)s options.", { most }) : t("Scores go from 1 to %(most)s.", { most }) };
}

/** One step of a slider, from the middle where nothing was set. */
export function nudge(row, by) {
  const at = row.number.value === "" ? MIDDLE : Number(row.number.value);
  return String(Math.min(Math.max(at + by, Number(row.slide.min)), Number(row.slide.max)));
}

export function writing(row) {
  return row.element.querySelector("textarea");
}

/** What gets the focus when the row becomes the active one. Keys write only where they are asked to. */
export function focusOf(row) {
  const { element, text, slide } = row;
  // On a phone the field for typing an order is not there: what is tapped instead gets the focus.
  if (text?.checkVisibility()) return text;
  return slide ?? element.querySelector("[type=radio]:checked") ?? element.querySelector("[type=radio]") ?? element;
}
