// The marks of an answer as a list below it, with ways to change and remove each.

import { t } from "./texts.js";

/** `labels`: kind -> word; `edit` and `remove` get the mark. */
export function showList(list, marks, { labels, quote, edit, remove }) {
  list.replaceChildren(...marks.map((mark) => item(mark, quote(mark), { labels, edit, remove })));
}

function item(mark, quoted, { labels, edit, remove }) {
  const row = document.createElement("li");
  row.className = "mark-item";
  const text = row.appendChild(document.createElement("div"));
  text.className = "mark-text";
  text.append(piece("span", `mark-kind mark-kind-${mark.kind}`, labels[mark.kind]), " ");
  text.append(piece("q", "mark-quote", quoted));
  if (mark.correction) text.append(" ", piece("span", "mark-correction", `→ ${mark.correction}`));
  if (mark.source) text.append(" ", piece("span", "mark-source soft small", `(${mark.source})`));
  row.append(button(t("Edit"), t("Edit the mark “%(words)s”", { words: quoted }), () => edit(mark)));
  row.append(button(t("Remove"), t("Remove the mark “%(words)s”", { words: quoted }), () => remove(mark)));
  return row;
}

function piece(tag, css, text) {
  const element = document.createElement(tag);
  element.className = css;
  element.dir = "auto";
  element.textContent = text;
  return element;
}

function button(label, described, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "button button-quiet button-small";
  element.textContent = label;
  element.setAttribute("aria-label", described);
  element.addEventListener("click", act);
  return element;
}
