// Draws figures (templates/components/figure.html) once they are near. Without it, or where it fails,
// the numbers behind a figure are in its table.

const NARROW = 560; // pixels of a figure: below, names take less room
const NEAR = "600px 0px";
const LIBRARIES = ["vega-6.4.0.min.js", "vega-lite-6.5.0.min.js", "vega-embed-7.3.0.min.js"];

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const paper = matchMedia("print");
const views = new Map(); // by the plot that it is drawn in
let loading = null;

// --- loading --------------------------------------------------------------------------------------

function libraries() {
  // Shared by all figures. Order matters: the last finds the others as globals.
  loading ??= LIBRARIES.reduce((before, file) => before.then(() => script(file)), Promise.resolve());
  return loading;
}

function script(file) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = new URL(`../vendor/${file}`, import.meta.url);
    element.onload = resolve;
    element.onerror = () => reject(new Error(`${file} could not be loaded`));
    document.head.append(element);
  });
}

async function specOf(address) {
  const reply = await fetch(address, { headers: { accept: "application/json" } });
  if (!reply.ok) throw new Error(`the server answered ${reply.status}`);
  return reply.json();
}

// --- drawing --------------------------------------------------------------------------------------

async function draw(plot) {
  const figure = plot.closest(".figure");
  const address = plot.dataset.figure;
  try {
    const [spec] = await Promise.all([specOf(address), libraries()]);
    plot.dataset.drawn = address;
    await show(plot, spec);
    figure.dataset.state = "drawn";
  } catch (error) {
    fail(figure, error);
  }
}

async function show(plot, spec) {
  const themes = spec.usermeta.themes;
  set(spec, "theme", themes[theme()]);
  set(spec, "narrow", isNarrow(plot));
  const before = views.get(plot);
  const { view, finalize } = await vegaEmbed(plot, spec, {
    ast: true, // expressions are interpreted: the page allows no eval
    actions: false,
    defaultStyle: false, // a <style> that the page does not allow; static/css/figures.css has ours
    renderer: "svg",
    tooltip: tell,
  });
  // The place has role and name; what Vega says of its marks would only be read twice.
  plot.querySelector("svg").setAttribute("aria-hidden", "true");
  before?.finalize();
  if (!before) new ResizeObserver(() => fit(plot)).observe(plot);
  views.set(plot, { view, themes, finalize });
}

function set(spec, name, value) {
  spec.params.find((param) => param.name === name).value = value;
}

function fit(plot) {
  if (!plot.clientWidth) return; // hidden just now
  const { view } = views.get(plot);
  view.signal("narrow", isNarrow(plot)).width(plot.clientWidth).runAsync();
}

const isNarrow = (plot) => plot.clientWidth < NARROW;

function fail(figure, error) {
  console.info("Figure not drawn:", error); // not an error of the page: its table tells the same
  figure.dataset.state = "failed";
  figure.querySelector(".figure-failed").hidden = false;
  figure.querySelector(".figure-data").open = true;
}

// --- light and dark -------------------------------------------------------------------------------

function theme() {
  if (paper.matches) return "light";
  return root.dataset.theme ?? (dark.matches ? "dark" : "light");
}

function repaint() {
  for (const { view, themes } of views.values()) view.signal("theme", themes[theme()]).runAsync();
}

new MutationObserver(repaint).observe(root, { attributeFilter: ["data-theme"] });
dark.addEventListener("change", repaint);
paper.addEventListener("change", repaint);

// --- numbers under the pointer ----------------------------------------------------------------------

const note = document.createElement("dl");
note.className = "figure-note";
note.hidden = true;
document.body.append(note);

function tell(handler, event, item, value) {
  note.hidden = !value;
  if (!value) return;
  note.replaceChildren(...Object.entries(value).flatMap(([name, text]) => [part("dt", name), part("dd", text)]));
  place(event);
}

function part(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

function place(event) {
  const GAP = 14;
  const { width, height } = note.getBoundingClientRect();
  const right = event.clientX + GAP + width < innerWidth;
  const below = event.clientY + GAP + height < innerHeight;
  const left = right ? event.clientX + GAP : event.clientX - GAP - width;
  const top = below ? event.clientY + GAP : event.clientY - GAP - height;
  note.style.left = `${Math.max(4, Math.min(left, innerWidth - width - 4))}px`;
  note.style.top = `${Math.max(4, top)}px`;
}

// --- when -----------------------------------------------------------------------------------------

const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      draw(target);
    }
  },
  { rootMargin: NEAR },
);

function watch(within) {
  for (const plot of within.querySelectorAll(".figure:not([data-state]) [data-figure]")) {
    plot.closest(".figure").dataset.state = "waiting";
    near.observe(plot);
  }
  // What a page that is followed has replaced: the old drawing stays until the new one is there.
  for (const plot of within.querySelectorAll("[data-figure][data-drawn]")) {
    if (plot.dataset.drawn !== plot.dataset.figure) near.observe(plot);
  }
}

watch(document);
document.addEventListener("htmx:after:swap", () => watch(document));
