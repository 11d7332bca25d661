// The study's questions: what is typed is kept in this browser until the server has it.

import { storage } from "./storage.js";
import { t } from "./texts.js";

const form = document.getElementById("questions");
const message = document.getElementById("message");
const key = `questions ${form.action}`;

function typed() {
  return Object.fromEntries(new FormData(form));
}

function fill(values) {
  for (const field of form.elements) {
    if (!(field.name in values)) continue;
    if (field.type === "radio") field.checked = field.value === values[field.name];
    else field.value = values[field.name];
  }
}

async function send() {
  const body = new URLSearchParams(new FormData(form));
  try {
    return await fetch(form.action, { method: "POST", body, headers: { accept: "text/html" } });
  } catch {
    return null;
  }
}

form.addEventListener("input", () => storage.set(key, JSON.stringify(typed())));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const reply = await send();
  if (reply?.ok && reply.redirected) {
    storage.set(key, null);
    location.assign(reply.url);
  } else if (reply) {
    form.submit(); // the server's own page says what is missing
  } else {
    message.textContent = t("Not saved yet. It is kept in this browser.");
  }
});

const kept = storage.get(key);
if (kept) fill(JSON.parse(kept));
