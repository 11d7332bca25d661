// The unblinded comparison: reads one stream of events and writes each answer into its column.

import { events } from "./events.js";

const form = document.getElementById("compare-form");
const message = document.getElementById("compare-message");
const askButton = document.getElementById("compare-ask");
const stopButton = document.getElementById("compare-stop");
const WORDS = { starting: "starting its engine", answering: "answering", done: "", failed: "failed" };
let running = null;

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
stopButton?.addEventListener("click", () => running?.abort());

async function ask() {
  running?.abort();
  const mine = (running = new AbortController());
  const data = new FormData(form);
  prepare(data.getAll("variant"));
  setRunning(true);
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(data),
      headers: { accept: "text/event-stream, application/json" },
      signal: mine.signal,
    });
    if (!response.ok) throw new Error(await problem(response));
    for await (const event of events(response.body)) if (event.data.variant) apply(event.data);
    message.textContent = "";
  } catch (error) {
    if (mine === running) message.textContent = mine.signal.aborted ? "Stopped." : explain(error);
  }
  if (mine === running) setRunning(false);
}

function prepare(names) {
  for (const column of document.querySelectorAll("[data-column]")) {
    column.hidden = names.length > 0 && !names.includes(column.dataset.column);
    column.querySelector("[data-text]").textContent = "";
    column.classList.remove("is-failed");
    column.querySelector("[data-state]").textContent = column.hidden ? "" : "waiting";
  }
  message.textContent = "";
}

function apply({ variant, delta, state, error, hint }) {
  const column = document.querySelector(`[data-column="${CSS.escape(variant)}"]`);
  if (!column) return;
  const text = column.querySelector("[data-text]");
  if (delta) text.append(delta);
  if (!state) return;
  column.querySelector("[data-state]").textContent = WORDS[state] ?? state;
  column.classList.toggle("is-failed", state === "failed");
  text.setAttribute("aria-busy", String(state === "answering"));
  if (error) text.append([error, hint].filter(Boolean).join(" "));
}

async function problem(response) {
  const { error, hint } = await response.json();
  return [error, hint].filter(Boolean).join(" ");
}

function explain(error) {
  return error instanceof TypeError ? "The server does not answer. Try again." : error.message;
}

function setRunning(on) {
  askButton.disabled = on;
  stopButton.hidden = !on;
  if (on) return;
  for (const text of document.querySelectorAll("[data-text]")) text.removeAttribute("aria-busy");
  for (const state of document.querySelectorAll("[data-state]")) {
    if (state.textContent !== WORDS.failed) state.textContent = "";
  }
}
