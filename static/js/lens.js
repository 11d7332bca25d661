// Tokens of answers under the lens: what is known of the one under the pointer or the cursor.

const note = document.getElementById("token-note");
const place = Object.fromEntries([...note.querySelectorAll("[data-told]")].map((one) => [one.dataset.told, one]));
const PAUSE = 150; // ms in which the pointer may go from a token to its note
const DOCKED = matchMedia("(max-width: 40rem)"); // the note lies at the bottom, see lens.css
let shown = null; // the token that the note is about
let leaving = 0;

const tokenOf = (event) => event.target.closest?.("[role=option]");

// --- the note -------------------------------------------------------------------------------------

function show(token) {
  clearTimeout(leaving);
  if (shown === token) return;
  hide();
  shown = token;
  fill(JSON.parse(token.dataset.told));
  place.name.textContent = token.closest("[role=listbox]").dataset.variant;
  token.setAttribute("aria-describedby", note.id);
  token.classList.add("is-shown");
  note.className = `token-note ${token.closest(".lens-column").className.match(/kind-\w+/)[0]}`;
  note.hidden = false;
  if (DOCKED.matches) uncover(token);
  else put(token);
}

function hide() {
  clearTimeout(leaving);
  note.hidden = true;
  shown?.removeAttribute("aria-describedby");
  shown?.classList.remove("is-shown");
  shown = null;
}

function fill([text, shift, rank, own, base, kl, best]) {
  Object.entries({ text, shift, rank, kl }).forEach(([name, told]) => (place[name].textContent = told));
  place.own.replaceChildren(own[0], bar(own[1], "own"));
  place.base.replaceChildren(base[0], bar(base[1], "base"));
  place.best.replaceChildren(...best.map(candidate));
}

function candidate([text, words, share, isTaken]) {
  const row = document.createElement("tr");
  row.classList.toggle("is-taken", isTaken);
  const token = document.createElement("code");
  token.textContent = text;
  row.append(cell("th", token), cell("td", bar(share, "base")), cell("td", words));
  return row;
}

function cell(tag, content) {
  const element = document.createElement(tag);
  element.append(content);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

function bar(share, kind) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `token-bar token-bar-${kind}`);
  svg.setAttribute("aria-hidden", "true");
  const rect = document.createElementNS(SVG, "rect");
  rect.setAttribute("width", `${100 * share}%`);
  rect.setAttribute("height", "100%");
  svg.append(rect);
  return svg;
}

/** Under the token's first line; above it where there is no room. */
function put(token) {
  const GAP = 8;
  const line = token.getClientRects()[0];
  const { width, height } = note.getBoundingClientRect();
  const below = line.bottom + GAP + height < innerHeight || line.top < height + GAP;
  note.style.left = `${Math.max(GAP, Math.min(line.left, innerWidth - width - GAP))}px`;
  note.style.top = `${below ? line.bottom + GAP : line.top - GAP - height}px`;
}

/** On a phone the note lies over the end of the page. */
function uncover(token) {
  const GAP = 24;
  note.style.left = note.style.top = ""; // of when the window was wider
  const covered = token.getClientRects()[0].bottom + GAP - note.getBoundingClientRect().top;
  if (covered > 0) scrollBy({ top: covered });
}

// --- the pointer ----------------------------------------------------------------------------------

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse") return;
  const token = tokenOf(event);
  if (token) show(token);
  else if (note.contains(event.target)) clearTimeout(leaving);
  else if (shown && shown !== document.activeElement) leave();
});

function leave() {
  clearTimeout(leaving);
  leaving = setTimeout(hide, PAUSE);
}

document.addEventListener("click", (event) => {
  const token = tokenOf(event);
  if (token) {
    choose(token);
    history.replaceState(null, "", `#${token.id}`);
  } else if (!note.contains(event.target)) hide();
});

// --- the keyboard: one stop of Tab for an answer ----------------------------------------------------

function choose(token) {
  for (const other of token.closest("[role=listbox]").querySelectorAll("[tabindex='0']")) {
    other.tabIndex = -1;
    other.setAttribute("aria-selected", "false");
  }
  token.tabIndex = 0;
  token.setAttribute("aria-selected", "true");
  token.focus();
  show(token);
}

document.addEventListener("focusin", (event) => {
  const token = tokenOf(event);
  if (token?.matches(":focus-visible")) show(token);
  else if (!token && !note.contains(event.target)) hide();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return hide();
  const token = tokenOf(event);
  if (!token || event.ctrlKey || event.metaKey || event.altKey) return;
  const next = goal(event.key, token);
  if (!next) return;
  event.preventDefault();
  choose(next);
});

function goal(key, token) {
  const tokens = [...token.closest("[role=listbox]").children].flatMap((one) =>
    one.role === "option" ? [one] : [...one.children],
  );
  const at = tokens.indexOf(token);
  const isShifted = (one) => one.classList.contains("token-shifted");
  const goals = {
    ArrowRight: () => tokens[at + 1],
    ArrowLeft: () => tokens[at - 1],
    ArrowDown: () => tokens.slice(at + 1).find(isShifted),
    ArrowUp: () => tokens.slice(0, at).findLast(isShifted),
    Home: () => tokens[0],
    End: () => tokens.at(-1),
    Enter: () => token,
    " ": () => token,
  };
  return goals[key]?.() ?? (key in goals ? token : null);
}

// --- an address that names a token ------------------------------------------------------------------

function follow() {
  const token = document.getElementById(location.hash.slice(1));
  if (token?.role !== "option") return;
  token.scrollIntoView({ block: "center" });
  choose(token);
}

addEventListener("hashchange", follow);
addEventListener("resize", hide);
addEventListener("scroll", () => shown && !DOCKED.matches && put(shown), { passive: true });
follow();
