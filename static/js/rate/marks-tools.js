// The small toolbar beside what is selected. Its place is a rule of a style sheet of its own, for
// elements carry no styles here.

const GAP = 8;

export class Tools {
  /** `choose(kind)` is called for a kind, `end()` when it is put away. */
  constructor(element, { choose, end }) {
    this.element = element;
    this.sheet = new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.sheet];
    // Before the selection goes: a press on a button takes the focus, and with it what is selected.
    element.addEventListener("pointerdown", (event) => event.preventDefault());
    element.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button?.dataset.kind) choose(button.dataset.kind);
      else if (button) end();
    });
  }

  get shown() {
    return !this.element.hidden;
  }

  /** Above or below a range of the page, wherever there is room. */
  show(range) {
    this.element.hidden = false;
    const text = range.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const floor = document.getElementById("panel").getBoundingClientRect().top;
    const below = text.bottom + GAP;
    const top = below + height < floor ? below : Math.max(text.top - height - GAP, GAP);
    const left = Math.min(Math.max(text.left, GAP), document.documentElement.clientWidth - width - GAP);
    this.sheet.replaceSync(`#mark-tools { left: ${Math.max(left, GAP)}px; top: ${top}px; }`);
  }

  hide() {
    this.element.hidden = true;
  }
}
