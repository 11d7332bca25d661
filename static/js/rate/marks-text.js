// An answer's text as cells: one per character of the raw text, or per unit (an entity, a formula).
// Cells know their offsets in the raw text; the page's ranges and the server's offsets meet here.

const BLOCKS = "p, li, pre, td, th, h1, h2, h3, h4, h5, h6, blockquote, .prose";

export class AnswerText {
  /** `element` holds pieces: elements with data-at, and data-len where they are units. */
  constructor(element) {
    this.element = element;
    this.cells = [];
    this.pieces = new Map(); // piece -> index of its first cell
    this.#read();
    this.words = this.#words();
  }

  #read() {
    const walker = document.createTreeWalker(this.element, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    let gap = true;
    let block = null;
    const add = (piece, cell) => {
      const here = piece.closest(BLOCKS);
      this.cells.push({ ...cell, piece, gap: gap || here !== block });
      gap = false;
      block = here;
    };
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const piece = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[data-at]");
      const isNew = piece && !this.pieces.has(piece);
      if (isNew) {
        this.pieces.set(piece, this.cells.length);
        this.#cellsOf(piece).forEach((cell) => add(piece, cell));
      }
      if (!piece && (node.nodeName === "BR" || (node.nodeType === Node.TEXT_NODE && /\s/.test(node.data)))) gap = true;
    }
  }

  #cellsOf(piece) {
    const at = Number(piece.dataset.at);
    const text = piece.textContent;
    if (piece.dataset.len) return [{ at, end: at + Number(piece.dataset.len), text, space: !text.trim(), unit: true }];
    return [...text].map((character, k) => ({
      at: at + k,
      end: at + k + 1,
      text: character,
      space: /\s/.test(character),
      k,
    }));
  }

  #words() {
    const words = [];
    this.cells.forEach((cell, i) => {
      if (cell.space) return;
      const last = words.at(-1);
      if (last?.to === i && !cell.gap) last.to = i + 1;
      else words.push({ from: i, to: i + 1 });
    });
    return words;
  }

  /** {from, to} of the cells that a range of the page touches, without white space; or null. */
  cellsIn(range) {
    const inside = [...this.pieces.keys()].filter((piece) => range.intersectsNode(piece));
    if (!inside.length) return null;
    let from = this.#index(inside[0], range.startContainer, range.startOffset, 0);
    let to = this.#index(inside.at(-1), range.endContainer, range.endOffset, Infinity);
    while (from < to && this.cells[from].space) from += 1;
    while (from < to && this.cells[to - 1].space) to -= 1;
    return from < to ? { from, to } : null;
  }

  #index(piece, container, offset, otherwise) {
    const first = this.pieces.get(piece);
    const size = this.cells[first]?.unit ? 1 : [...piece.textContent].length;
    if (this.cells[first]?.unit) return first + (otherwise ? 1 : 0);
    if (!piece.contains(container)) return first + Math.min(otherwise, size);
    const before = document.createRange();
    before.setStart(piece, 0);
    before.setEnd(container, offset);
    return first + [...before.toString()].length;
  }

  /** The place in `words` of the word at a point of the page, or -1. */
  wordAt(x, y) {
    const point = document.caretPositionFromPoint?.(x, y);
    const old = point ? null : document.caretRangeFromPoint?.(x, y);
    const node = point?.offsetNode ?? old?.startContainer;
    const piece = (node?.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest?.("[data-at]");
    if (!piece || !this.pieces.has(piece)) return -1;
    const index = this.#index(piece, node, point?.offset ?? old.startOffset, 0);
    return this.words.findIndex((word) => index >= word.from && index <= word.to);
  }

  /** Raw offsets of cells. */
  span({ from, to }) {
    return { start: this.cells[from].at, end: this.cells[to - 1].end };
  }

  /** Cells of raw offsets; null where nothing of them is shown. */
  cellsOf({ start, end }) {
    const from = this.cells.findIndex((cell) => cell.end > start);
    const to = this.cells.findLastIndex((cell) => cell.at < end) + 1;
    return from >= 0 && from < to ? { from, to } : null;
  }

  /** What stands there, as it is shown. */
  text({ from, to }) {
    const cells = this.cells.slice(from, to);
    return cells.map((cell, i) => (i && cell.gap ? " " : "") + cell.text).join("").replace(/\s+/g, " ");
  }

  range({ from, to }) {
    const range = document.createRange();
    const first = this.cells[from];
    const last = this.cells[to - 1];
    if (first.unit) range.setStartBefore(first.piece);
    else range.setStart(...pointIn(first.piece, first.k));
    if (last.unit) range.setEndAfter(last.piece);
    else range.setEnd(...pointIn(last.piece, last.k + 1));
    return range;
  }

  /** Right to left, where the word stands? */
  isRightToLeft(word) {
    return getComputedStyle(this.cells[word.from].piece).direction === "rtl";
  }

  /** The next word that begins a block, in a direction. */
  blockFrom(index, by) {
    for (let i = index + by; i >= 0 && i < this.words.length; i += by) {
      if (i === 0 || this.#block(i) !== this.#block(i - 1)) return i;
    }
    return index;
  }

  #block(index) {
    return this.cells[this.words[index].from].piece.closest(BLOCKS);
  }
}

/** (text node, offset) before character `k` of a piece, which may be several text nodes. */
function pointIn(piece, k) {
  const walker = document.createTreeWalker(piece, NodeFilter.SHOW_TEXT);
  let left = k;
  let node = walker.nextNode();
  for (;;) {
    const characters = [...node.data];
    const last = left > characters.length ? walker.nextNode() : null;
    if (!last) return [node, characters.slice(0, left).join("").length];
    left -= characters.length;
    node = last;
  }
}
