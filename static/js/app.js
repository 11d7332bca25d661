// Small behaviours that every page may use, by data attributes. Pages work without them.

import { sortable } from "./tables.js";

document.addEventListener("click", (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) copyText(copy);
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog).showModal();
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) closer.closest("dialog").close();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

async function copyText(button) {
  const source = document.getElementById(button.dataset.copy);
  const label = button.querySelector("[data-copy-label]");
  const { copyLabel: before, done, byHand } = label.dataset;
  try {
    await navigator.clipboard.writeText(source.textContent);
    label.textContent = done;
  } catch {
    // Without https browsers refuse: select the text, so that Ctrl+C does it.
    getSelection().selectAllChildren(source);
    label.textContent = byHand;
  }
  setTimeout(() => (label.textContent = before), 2000);
}

// What cannot be taken back with a click is asked about once.
document.addEventListener("submit", (event) => {
  const { confirm: question } = event.target.dataset;
  if (question && !window.confirm(question)) event.preventDefault();
});

// A destructive form stays shut until its name is typed; the server checks the same.
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-confirm-name]");
  if (form) guard(form);
});

function guard(form) {
  const typed = form.elements.confirm.value.trim();
  form.querySelector("button:not([type=button])").disabled = typed !== form.dataset.confirmName;
}

function prepare(root) {
  root.querySelectorAll("form[data-confirm-name]").forEach(guard);
  root.querySelectorAll("table[data-sortable]").forEach(sortable);
}

prepare(document);
document.addEventListener("htmx:after:process", (event) => prepare(event.target));

// No answer at all (the server is down, the network is gone): say so once, until one comes again.
document.addEventListener("htmx:error", () => {
  const flash = document.getElementById("flash");
  if (flash.querySelector("#flash-offline")) return;
  const notice = document.createElement("div");
  notice.id = "flash-offline";
  notice.className = "notice notice-bad";
  notice.textContent = "The server does not answer. This page goes on trying.";
  flash.append(notice);
});
document.addEventListener("htmx:after:request", () => {
  document.getElementById("flash-offline")?.remove();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.target.closest("form[data-send-on-ctrl-enter]")?.requestSubmit();
});
