// Marking spans of answers as wrong, unsupported or stylistic: what is marked, and the three ways to
// do it. By mouse: select, choose. By touch: the same, or "Mark" and two taps. By keyboard: m, then
// words by arrows. The marks are a JSON list in the form's hidden field, offsets of the raw text.

import { editMark } from "./marks-dialog.js";
import { showList } from "./marks-list.js";
import { paint } from "./marks-paint.js";
import { AnswerText } from "./marks-text.js";
import { Tools } from "./marks-tools.js";
import { t } from "./texts.js";

const KINDS = { w: "wrong", u: "unsupported", s: "style" };
const MOST = 100;

/** Starts marking where the study asks for it. `change` makes a step that can be undone. */
export function startMarks(form, { change, keysOn }) {
  if (form.elements.marks) new Marks(form, change, keysOn);
}

class Marks {
  constructor(form, change, keysOn) {
    this.form = form;
    this.change = change;
    this.keysOn = keysOn;
    this.field = form.elements.marks;
    this.answers = new Map([...document.querySelectorAll("[data-answer]")].map((section) => [
      Number(section.dataset.answer),
      { section, list: section.querySelector(".marks-list"), text: new AnswerText(section.querySelector(".prose")) },
    ]));
    const buttons = document.querySelectorAll("#mark-tools [data-kind]");
    this.labels = Object.fromEntries([...buttons].map((button) => [button.dataset.kind, button.dataset.label]));
    this.tools = new Tools(document.getElementById("mark-tools"), {
      choose: (kind) => this.choose(kind),
      end: () => this.end(),
    });
    this.chosen = null; // {answer, cells}: what a kind would be given to
    this.mode = null; // {answer, anchor, word, tapped}: words are being chosen by keys or taps
    this.#listen();
    this.draw();
  }

  #listen() {
    document.addEventListener("selectionchange", () => this.#selected());
    document.addEventListener("pointerdown", (event) => (this.dragging = event.pointerType === "mouse"));
    for (const type of ["pointerup", "pointercancel"]) {
      document.addEventListener(type, () => {
        this.dragging = false;
        this.#selected();
      });
    }
    document.addEventListener("keydown", (event) => this.#key(event), true);
    document.addEventListener("focusin", (event) => this.#left(event.target));
    this.form.addEventListener("filled", () => this.draw());
    for (const [number, { section }] of this.answers) {
      const start = section.querySelector("[data-mark-start]");
      start.addEventListener("click", () => (this.mode?.answer === number ? this.end() : this.begin(number)));
      section.querySelector(".prose").addEventListener("click", (event) => this.#tap(event, number));
      section.querySelector(".marks").hidden = false;
    }
    addEventListener("scroll", () => this.tools.shown && this.#place(), { passive: true });
    addEventListener("resize", () => this.tools.shown && this.#place());
  }

  // --- what is marked ---------------------------------------------------------------------------

  read() {
    try {
      return JSON.parse(this.field.value || "[]");
    } catch {
      return [];
    }
  }

  write(marks) {
    this.change(() => (this.field.value = marks.length ? JSON.stringify(marks) : ""));
    this.draw();
  }

  draw() {
    const marks = this.read();
    for (const [number, { list, text, section }] of this.answers) {
      const own = marks.filter((mark) => mark.answer === number).sort((a, b) => a.start - b.start || a.end - b.end);
      showList(list, own, {
        labels: this.labels,
        quote: (mark) => this.#quote(mark),
        edit: (mark) => this.edit(mark),
        remove: (mark) => this.remove(mark),
      });
      list.hidden = own.length === 0;
      this.#show(section, text.element, this.mode?.answer === number);
    }
    paint((name) => (name === "caret" ? this.#caret() : this.#ranges(marks, name)));
  }

  /** While words are chosen, screen readers leave the arrows to us and hear what we say. */
  #show(section, text, on) {
    section.classList.toggle("is-marking", on);
    section.querySelector("[data-mark-start]").setAttribute("aria-pressed", String(on));
    if (on) text.setAttribute("role", "application");
    else text.removeAttribute("role");
    if (on) text.setAttribute("aria-labelledby", section.getAttribute("aria-labelledby"));
    else text.removeAttribute("aria-labelledby");
  }

  #ranges(marks, kind) {
    return marks.filter((mark) => mark.kind === kind).flatMap((mark) => {
      const text = this.answers.get(mark.answer)?.text;
      const cells = text?.cellsOf(mark);
      return cells ? [text.range(cells)] : [];
    });
  }

  #quote(mark) {
    const { text } = this.answers.get(mark.answer);
    const cells = text.cellsOf(mark);
    const words = cells ? text.text(cells) : "";
    return words.length > 120 ? `${words.slice(0, 119)}…` : words;
  }

  choose(kind) {
    const { answer, cells } = this.chosen ?? {};
    if (!cells) return this.say(t("Choose the words first."));
    const marks = this.read();
    if (marks.length >= MOST) return this.say(t("There are %(count)s marks already: remove some first.", { count: MOST }));
    const span = { answer, ...this.answers.get(answer).text.span(cells) };
    const others = marks.filter((mark) => !same(mark, span));
    const before = marks.find((mark) => same(mark, span));
    const mark = { ...span, kind, correction: before?.correction ?? "", source: before?.source ?? "" };
    this.latest = mark;
    getSelection().removeAllRanges();
    this.chosen = null;
    this.tools.hide();
    if (this.mode) this.mode.anchor = this.mode.word;
    this.write([...others, mark]);
    this.say(t("Marked as %(kind)s: %(words)s. Enter adds a correction.", { kind: this.labels[kind], words: this.#quote(mark) }));
    if (this.mode?.tapped) this.end();
  }

  edit(mark) {
    const others = () => this.read().filter((one) => !same(one, mark));
    editMark(mark, this.#quote(mark), {
      save: (changed) => this.write([...others(), changed]),
      remove: () => this.remove(mark),
    });
  }

  remove(mark) {
    this.write(this.read().filter((one) => !same(one, mark)));
    this.say(t("Removed the mark: %(words)s.", { words: this.#quote(mark) }));
    this.answers.get(mark.answer).section.querySelector("[data-mark-start]").focus();
  }

  say(text) {
    document.getElementById("mark-says").textContent = text;
  }

  // --- by selection -----------------------------------------------------------------------------

  #selected() {
    const selection = getSelection();
    if (this.dragging) return; // the toolbar would be in the way of the mouse
    if (this.mode || selection.isCollapsed || !selection.rangeCount) {
      if (!this.mode && this.chosen) this.#unchoose();
      return;
    }
    const range = selection.getRangeAt(0);
    for (const [answer, { text }] of this.answers) {
      if (!text.element.contains(selection.anchorNode)) continue;
      const cells = text.cellsIn(range);
      if (cells) return this.#chosen(answer, cells);
    }
    this.#unchoose();
  }

  #chosen(answer, cells) {
    this.chosen = { answer, cells };
    this.#place();
  }

  #unchoose() {
    this.chosen = null;
    this.tools.hide();
  }

  #place() {
    if (this.chosen) this.tools.show(this.answers.get(this.chosen.answer).text.range(this.chosen.cells));
  }

  // --- by words: keys and taps --------------------------------------------------------------------

  begin(answer) {
    const { text } = this.answers.get(answer);
    const selected = this.chosen?.answer === answer ? this.chosen.cells : null;
    if (!text.words.length) return;
    const first = selected ? text.words.findIndex((word) => word.to > selected.from) : 0;
    const last = selected ? text.words.findLastIndex((word) => word.from < selected.to) : first;
    this.mode = { answer, anchor: first, word: Math.max(last, first), tapped: false };
    this.latest = null;
    getSelection().removeAllRanges();
    text.element.tabIndex = -1;
    text.element.focus({ preventScroll: true });
    this.#moved(t("Marking Answer %(number)s. Arrows choose words, w wrong, u unsupported, s style, Escape ends.", { number: answer }));
  }

  /** Whoever turns to something else has ended; the focus stays where they put it. */
  #left(target) {
    if (!this.mode || target.closest(`[data-answer="${this.mode.answer}"], #mark-tools, dialog`)) return;
    this.mode = null;
    this.#unchoose();
    this.draw();
  }

  end() {
    if (this.mode) this.answers.get(this.mode.answer).section.querySelector("[data-mark-start]").focus();
    this.mode = null;
    getSelection().removeAllRanges();
    this.#unchoose();
    this.say("");
    this.draw();
  }

  #cells() {
    const { answer, anchor, word } = this.mode;
    const { words } = this.answers.get(answer).text;
    return { from: words[Math.min(anchor, word)].from, to: words[Math.max(anchor, word)].to };
  }

  #caret() {
    return this.mode ? [this.answers.get(this.mode.answer).text.range(this.#cells())] : [];
  }

  #moved(told = "") {
    const { text } = this.answers.get(this.mode.answer);
    const cells = this.#cells();
    const piece = text.cells[text.words[this.mode.word].from].piece;
    piece.scrollIntoView({ block: "nearest" });
    this.#chosen(this.mode.answer, cells);
    this.draw();
    this.say([told, text.text(cells)].filter(Boolean).join(" "));
  }

  #move(to, extend) {
    const last = this.answers.get(this.mode.answer).text.words.length - 1;
    this.mode.word = Math.min(Math.max(to, 0), last);
    if (!extend) this.mode.anchor = this.mode.word;
    this.latest = null;
    this.#moved();
  }

  #tap(event, answer) {
    if (this.mode?.answer !== answer) return;
    const word = this.answers.get(answer).text.wordAt(event.clientX, event.clientY);
    if (word < 0) return;
    event.preventDefault();
    const extend = this.mode.tapped;
    this.mode.tapped = true;
    this.#move(word, extend);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches("textarea, input:not([type=radio], [type=checkbox], [type=range])")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (!this.keysOn() && !this.mode) return;
    if (event.target.closest("#mark-tools, .mark-item") && ["Enter", " "].includes(key)) return;
    const done = this.mode ? this.#inMode(key, event.shiftKey) : this.#outside(key);
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #outside(key) {
    if (key === "m") return this.begin(this.chosen?.answer ?? this.#active()), true;
    if (!this.chosen) return false;
    if (key === "Escape") return this.end(), true;
    return key in KINDS && (this.choose(KINDS[key]), true);
  }

  /** The answer with the focus, else the one whose score is asked, else the first. */
  #active() {
    const focused = document.activeElement.closest("[data-answer]") ?? document.querySelector(".answer.is-active");
    return Number(focused?.dataset.answer ?? 1);
  }

  #inMode(key, extend) {
    const { answer, word } = this.mode;
    const { text } = this.answers.get(answer);
    const forward = text.isRightToLeft(text.words[word]) ? -1 : 1;
    const actions = {
      ArrowRight: () => this.#move(word + forward, extend),
      ArrowLeft: () => this.#move(word - forward, extend),
      ArrowDown: () => this.#move(text.blockFrom(word, 1), extend),
      ArrowUp: () => this.#move(text.blockFrom(word, -1), extend),
      Home: () => this.#move(0, extend),
      End: () => this.#move(text.words.length - 1, extend),
      m: () => this.begin((answer % this.answers.size) + 1),
      Enter: () => this.latest && this.edit(this.latest),
      Escape: () => this.end(),
      ...Object.fromEntries(Object.entries(KINDS).map(([name, kind]) => [name, () => this.#mark(kind)])),
    };
    if (!(key in actions)) return key.length === 1; // no other key means something here
    actions[key]();
    return true;
  }

  #mark(kind) {
    this.chosen = { answer: this.mode.answer, cells: this.#cells() };
    this.choose(kind);
  }
}

function same(one, other) {
  return one.answer === other.answer && one.start === other.start && one.end === other.end;
}
