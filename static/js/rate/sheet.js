// What is in reach: the prompt pinned when it has scrolled away, the panel folded on a phone.

import { t } from "./texts.js";

/** A one-line copy of the prompt at the top, once the prompt itself is out of sight. */
export function pinPrompt() {
  const prompt = document.getElementById("prompt");
  const pinned = document.getElementById("pinned");
  pinned.append(copyOf(prompt));
  new IntersectionObserver(([entry]) => {
    const away = !entry.isIntersecting && entry.boundingClientRect.bottom <= 0;
    pinned.hidden = !away;
    if (!away) pinned.firstElementChild.open = false;
    document.querySelector(".answers").classList.toggle("has-pin", away);
  }).observe(prompt);
}

function copyOf(prompt) {
  const fold = document.createElement("details");
  const summary = fold.appendChild(document.createElement("summary"));
  const label = summary.appendChild(document.createElement("span"));
  label.className = "pinned-label";
  label.textContent = t("Prompt");
  const line = summary.appendChild(document.createElement("span"));
  line.className = "pinned-text truncate";
  line.textContent = prompt.querySelector(".prompt-text").textContent.trim();
  summary.insertAdjacentHTML(
    "beforeend",
    '<svg class="icon" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true"><path d="m4 6.5 4 4 4-4"/></svg>',
  );
  const whole = fold.appendChild(prompt.cloneNode(true));
  whole.removeAttribute("id");
  whole.removeAttribute("aria-labelledby");
  whole.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
  return fold;
}

const SMALL = "(max-width: 48rem), (max-height: 30rem)"; // as in rate.css

/** The handle shows how much is done. Folded at first on a phone: reading comes before judging. */
export function foldPanel(panel) {
  const handle = document.getElementById("panel-handle");
  const fold = (folded) => {
    panel.classList.toggle("is-folded", folded);
    handle.setAttribute("aria-expanded", String(!folded));
  };
  handle.hidden = false;
  handle.addEventListener("click", () => fold(!panel.classList.contains("is-folded")));
  fold(matchMedia(SMALL).matches);
  return { open: () => fold(false) };
}
