// Keys to actions. One table for the whole page; fields that take text keep their own keys.

import { typeKey } from "./order.js";
import * as scales from "./scales.js";
import { t } from "./texts.js";

const SWITCH = "triptych-keys-off";

export function listen(judgement, cursor, actions) {
  const pair = judgement.numbers.length === 2;
  const preference = () => {
    const { criterion } = cursor.row;
    return judgement.rows.find((row) => row.criterion === criterion && row.kind === "prefer");
  };

  const prefer = (value) => {
    const row = pair && preference();
    if (!row) return false;
    actions.change(() => judgement.choose(row, value));
    if (cursor.row === row) cursor.advance();
    return true;
  };

  const digit = (key) => {
    const { row } = cursor;
    if (row.kind === "order") return typeOrder(row, key);
    if (row.kind === "prefer") return actions.say(t("First say which is better: ← → t b, or 0."));
    const { value, message } = scales.digit(row, key);
    return message ? actions.say(message) : choose(row, value);
  };

  const choose = (row, value) => {
    actions.change(() => judgement.choose(row, value));
    cursor.advance();
    return true;
  };

  const sideways = (by, value) => {
    const { row } = cursor;
    if (row.kind !== "slider") return prefer(value);
    actions.change(() => judgement.choose(row, scales.nudge(row, by)));
    return true;
  };

  const yesNo = (value) => cursor.row.kind === "yes_no" && choose(cursor.row, value);

  const write = () => {
    const texts = judgement.shown().filter((row) => row.kind === "text" && !row.element.disabled);
    const row = texts.includes(cursor.row) ? cursor.row : texts[0];
    if (row) scales.writing(row).focus();
    return Boolean(row);
  };

  const typeOrder = (row, key) => {
    const text = typeKey(row.text.value, key, judgement.numbers);
    let whole = false;
    actions.change(() => (whole = judgement.setOrder(row, text)));
    if (whole) cursor.advance();
    return true;
  };

  const cannotJudge = () => {
    actions.change(() => judgement.cannotJudge(cursor.row));
    cursor.advance();
    return true;
  };

  const backspace = () => {
    const { row } = cursor;
    if (row.kind !== "order" || !row.text.value || judgement.done(row)) return actions.undo();
    judgement.setOrder(row, row.text.value.replace(/ ?.$/, ""));
    return true;
  };

  const follow = (key) => {
    const link = document.querySelector(`a[data-key="${key}"]`);
    link?.click();
    return Boolean(link);
  };

  const table = {
    ArrowLeft: () => sideways(-1, "1"),
    ArrowRight: () => sideways(1, "2"),
    t: () => prefer("tie_good"),
    b: () => prefer("tie_bad"),
    0: cannotJudge,
    "=": () => cursor.row.kind === "order" && typeOrder(cursor.row, "="),
    " ": () => cursor.row.kind === "order",
    ArrowUp: () => (cursor.step(-1), true),
    ArrowDown: () => (cursor.step(1), true),
    "[": () => (cursor.step(-1), true),
    "]": () => (cursor.step(1), true),
    u: () => actions.undo(),
    Backspace: backspace,
    c: () => (judgement.form.elements.comment.focus(), true),
    d: () => (document.getElementById("diff-open")?.click(), true),
    "?": () => (document.getElementById("guidance").showModal(), true),
    p: () => follow("p"),
    y: () => yesNo("1"),
    n: () => yesNo("0") || follow("n"),
    w: write,
    Enter: () => (judgement.form.requestSubmit(), true),
  };
  for (const key of "123456789") table[key] = () => digit(key);

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.target.matches("textarea")) return inText(event, judgement, cursor);
    if (event.ctrlKey || event.metaKey || !singleKeysOn()) return;
    if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
    if (event.key === " " && !event.target.matches(".order-text")) return;
    if (event.key.startsWith("Arrow") && event.target.closest("summary, pre, [role=region]")) return;
    const action = table[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (action?.()) event.preventDefault();
  });
}

function inText(event, judgement, cursor) {
  const written = cursor.row.element.contains(event.target) && judgement.done(cursor.row);
  if (event.key === "Escape") written ? cursor.advance() : cursor.go(cursor.index);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) judgement.form.requestSubmit();
}

/** Screen readers and speech input may need the letters for themselves (WCAG 2.1.4). */
export function offerSwitch(storage) {
  const box = document.getElementById("keys-on");
  document.getElementById("keys-choice").hidden = false;
  box.checked = storage.get(SWITCH) === null;
  box.addEventListener("change", () => storage.set(SWITCH, box.checked ? null : "1"));
}

export function singleKeysOn() {
  return document.getElementById("keys-on").checked;
}
