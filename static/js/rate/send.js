// Sends a judgement. Success is one thing only: the server redirected to the next page.

import { t } from "./texts.js";

const TIMEOUT_MS = 30_000;
const KEPT = t("Not saved yet. It is kept in this browser.");
const LOST = `${KEPT} ${t("The server does not answer: it is sent as soon as it does.")}`;

/** {url} of the next page, or {message} that says what to do; `lost` without an answer. Never throws. */
export async function send(form) {
  let response;
  try {
    response = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { accept: "application/json, text/html;q=0.5" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    return { message: LOST, retry: true, lost: true };
  }
  if (response.ok && response.redirected) return { url: response.url };
  return { message: await explain(response), retry: response.status >= 500 || response.status === 429 };
}

async function explain(response) {
  if (response.status === 401) return `${KEPT} ${t("You are signed out: open your personal link again.")}`;
  const problem = await read(response);
  return `${KEPT} ${problem || t("The server answered %(status)s.", { status: response.status })}`;
}

async function read(response) {
  const type = response.headers.get("content-type") ?? "";
  try {
    if (type.includes("json")) return fromJson(await response.json());
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return page.querySelector("#rate-errors, [role=alert]")?.textContent.trim().replace(/\s+/g, " ");
  } catch {
    return "";
  }
}

function fromJson({ error, hint, problems }) {
  return [error, ...(problems ?? []), hint].filter(Boolean).join(" ");
}
