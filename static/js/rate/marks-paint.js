// Shows marks on the text: as highlights, which leave the page as it is, or as wrapping spans.

const NAMES = ["wrong", "unsupported", "style", "caret"];
const modern = "highlights" in CSS && typeof Highlight === "function";

/** `painted`: {wrong, unsupported, style, caret}, each a list of ranges. */
export function paint(painted) {
  if (modern) {
    for (const name of NAMES) CSS.highlights.set(`mark-${name}`, new Highlight(...painted(name)));
    return;
  }
  for (const span of document.querySelectorAll(".mark-span")) unwrap(span);
  for (const name of NAMES) painted(name).forEach((range) => wrap(range, name));
}

function wrap(range, name) {
  const walker = document.createTreeWalker(range.commonAncestorContainer, NodeFilter.SHOW_TEXT);
  const nodes = [];
  if (range.commonAncestorContainer.nodeType === Node.TEXT_NODE) nodes.push(range.commonAncestorContainer);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (range.intersectsNode(node) && !node.parentElement.closest("math")) nodes.push(node);
  }
  const ends = nodes.map((node) => [
    node === range.startContainer ? range.startOffset : 0,
    node === range.endContainer ? range.endOffset : node.data.length,
  ]);
  nodes.forEach((node, i) => wrapText(node, ...ends[i], name));
}

function wrapText(node, start, end, name) {
  if (start >= end) return;
  const part = document.createRange();
  part.setStart(node, start);
  part.setEnd(node, end);
  const span = document.createElement("span");
  span.className = `mark-span mark-${name}`;
  part.surroundContents(span);
}

function unwrap(span) {
  const parent = span.parentNode;
  span.replaceWith(...span.childNodes);
  parent.normalize();
}
