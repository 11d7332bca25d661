// The rater's page: joins the form, the keys, the draft and the network.

import { Clock } from "./clock.js";
import { Cursor } from "./cursor.js";
import { Draft } from "./draft.js";
import { Judgement } from "./judgement.js";
import { listen, offerSwitch, singleKeysOn } from "./keys.js";
import { startMarks } from "./marks.js";
import { Outbox } from "./outbox.js";
import { justSaved, markSaved } from "./saved.js";
import { send } from "./send.js";
import { Sendings } from "./sendings.js";
import { foldPanel, pinPrompt } from "./sheet.js";
import { storage } from "./storage.js";
import { t } from "./texts.js";

const form = document.getElementById("panel");
const message = document.getElementById("message");
const saved = document.getElementById("saved");
const submit = document.getElementById("submit");
const undoButton = document.getElementById("undo");
const preview = "preview" in form.dataset;

form.noValidate = true; // we say ourselves what is missing, in one sentence
form.autocomplete = "off"; // else a reload mixes the browser's memory with the server's

form.reset(); // the server's values, whatever the browser remembers
const judgement = new Judgement(form);
const base = judgement.values();
const draft = new Draft(form.dataset.draft, base);
const kept = preview ? null : draft.read();
const clock = new Clock(kept?.visible_ms);
const panel = foldPanel(form);
const history = [];
const outbox = new Outbox(save);
const sendings = new Sendings(form.elements.form_id);
let sending = false;

if (kept) judgement.fill(kept.values);
const cursor = new Cursor(judgement, () => panel.open());

function say(text, tone = "", action = null) {
  message.textContent = text;
  message.dataset.tone = tone;
  if (action) message.append(action);
  return true;
}

function show(text, tone) {
  saved.textContent = text;
  saved.dataset.tone = tone;
}

function keep() {
  if (preview || outbox.waiting) return;
  const stored = draft.keep(judgement.values(), clock.ms());
  const changed = JSON.stringify(judgement.values()) !== JSON.stringify(base);
  if (changed) show(stored ? t("Draft kept") : t("Not saved yet"), "warn");
  else show(hasSaved() ? t("Saved") : "", "good");
}

function hasSaved() {
  return Object.keys(base).some((name) => name !== "comment");
}

function count() {
  const rows = judgement.shown();
  const done = rows.filter((row) => judgement.done(row)).length;
  document.getElementById("panel-count").textContent = t("%(done)s of %(total)s", { done, total: rows.length });
}

/** Every choice goes through here: what was before can be brought back. */
function change(apply) {
  const before = { values: judgement.values(), index: cursor.index };
  apply();
  if (JSON.stringify(before.values) !== JSON.stringify(judgement.values())) remember(before);
  say("");
}

function remember(before) {
  outbox.stop(); // what is being changed is not finished
  if (history.at(-1)?.values !== before.values) history.push(before); // one drag of a slider is one step
  undoButton.disabled = false;
  keep();
  count();
}

function undo() {
  outbox.stop();
  const before = history.pop();
  undoButton.disabled = history.length === 0;
  if (!before) return say(t("Nothing to undo."));
  judgement.fill({ ...before.values, ...judgement.written() });
  cursor.go(before.index);
  keep();
  count();
  return say(t("Undone."));
}

// Pointer and native keys: the browser has already changed the field when we hear of it.
let lastValues = judgement.values();
form.addEventListener("input", (event) => {
  const row = judgement.rows.find((one) => one.element.contains(event.target));
  if (event.target.matches(".order-text")) return change(() => judgement.setOrder(row, event.target.value));
  if (event.target.name === "comment") return outbox.stop(), keep();
  if (row?.kind === "text") return outbox.stop(), judgement.refresh(), keep(), count();
  const before = { values: lastValues, index: cursor.index };
  if (row?.text) judgement.orderClicked(row);
  judgement.refresh();
  remember(before);
  say("");
});
for (const type of ["pointerdown", "keydown"]) {
  form.addEventListener(type, () => (lastValues = judgement.values()), true);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (sending) return;
  if (preview) return say(t("This is a preview: nothing is saved."), "warn");
  const missing = judgement.missing();
  if (missing.length) return tellMissing(missing);
  await save();
});

function tellMissing(missing) {
  const [first, ...others] = missing.map((row) => row.label);
  const said = others.length ? "Still missing: %(first)s and %(count)s more." : "Still missing: %(first)s.";
  say(t(said, { first, count: others.length }), "warn"); // before scrolling: the words take room from the rows
  cursor.go(judgement.rows.indexOf(missing[0]));
}

async function save() {
  if (sending) return;
  outbox.stop();
  setSending(true);
  form.elements.visible_ms.value = clock.ms();
  sendings.name(judgement.values());
  const result = await send(form);
  if (result.url) {
    draft.forget();
    markSaved();
    location.assign(result.url);
    return;
  }
  setSending(false);
  keep();
  if (result.lost) waitForServer();
  say(result.message, "bad", result.retry ? retryButton() : null);
}

/** Also when this page is closed meanwhile: whoever opens it again sends what is kept, once. */
function waitForServer() {
  draft.keep(judgement.values(), clock.ms(), form.elements.form_id.value);
  outbox.wait();
}

function setSending(on) {
  sending = on;
  submit.setAttribute("aria-disabled", String(on));
  submit.querySelector("[data-label]").textContent = on ? t("Saving…") : t("Save and go on");
  if (on) say("");
}

function retryButton() {
  const button = document.createElement("button");
  button.className = "button button-small";
  button.textContent = t("Try again");
  return button;
}

function restore() {
  say(t("Restored what you had begun here."), "", discardButton());
  show(t("Draft kept"), "warn");
}

function sendKept() {
  sendings.again(kept.unsent, kept.values); // under the same name: the server takes it once
  show(t("Draft kept"), "warn");
  save();
}

function discardButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-small";
  button.textContent = t("Discard");
  button.addEventListener("click", () => {
    change(() => judgement.fill(base));
    cursor.go(Math.max(judgement.nextOpen(-1), 0));
    say(t("Discarded."));
  });
  return button;
}

undoButton.hidden = false;
undoButton.addEventListener("click", undo);
addEventListener("pagehide", () => {
  if (!sending) keep();
  outbox.stop(); // the next page that shows this item sends it
});
addEventListener("pageshow", (event) => event.persisted && location.reload());

listen(judgement, cursor, { change, undo, say });
offerSwitch(storage);
startMarks(form, { change, keysOn: singleKeysOn });
pinPrompt();
count();
if (kept?.unsent) sendKept();
else if (kept) restore();
else if (hasSaved() || justSaved()) show(t("Saved"), "good");
if (hasSaved()) justSaved();
replay(window.triptychEarlyKeys());

function replay(keys) {
  for (const key of keys) {
    const target = document.activeElement ?? document.body;
    if (key === "Enter" && target.matches("button")) target.click(); // else the browser's own doing
    else target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  }
}
