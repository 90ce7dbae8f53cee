// Lets the terminal that listens on a port of this machine in, at a click and nowhere else.
"use strict";

const said = document.getElementById("said");
const allow = document.getElementById("allow");
const enter = document.getElementById("enter");
const asked = new URLSearchParams(location.search).get("port") ?? "";
const port = /^\d{4,5}$/.test(asked) ? Number(asked) : 0;

const api = (path, options) => fetch(new URL(path, document.baseURI), options);

async function textOf(answer) {
  const body = await answer.json().catch(() => ({}));
  const error = body.error ?? {};
  return [error.message ?? `The server answered ${answer.status}`, error.hint].filter(Boolean).join(". ");
}

async function begin() {
  if (port < 1024 || port > 65535) {
    said.textContent = "The address of this page names no port. Start again: charm auth login";
    return;
  }
  const answer = await api(`api/v1/terminal?port=${port}`);
  if (answer.status === 401) {
    said.textContent = "You are not signed in. Sign in, then open this page again from the terminal.";
    enter.hidden = false;
  } else if (!answer.ok) {
    said.textContent = await textOf(answer);
  } else {
    const { email } = await answer.json();
    said.textContent =
      `A program on this computer (port ${port}) asks to be signed in as ${email}. ` +
      "Go on only if you have just started charm auth login yourself.";
    allow.hidden = false;
  }
}

async function letIn() {
  allow.hidden = true;
  // A word lasts 30 seconds, and people read: it is asked for at the click.
  const asking = await api(`api/v1/terminal?port=${port}`);
  if (!asking.ok) {
    said.textContent = await textOf(asking);
    return;
  }
  const { state } = await asking.json();
  const answer = await api("api/v1/terminal", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ port, state }),
  });
  if (!answer.ok) {
    said.textContent = await textOf(answer);
    return;
  }
  const told = await fetch(`http://127.0.0.1:${port}/callback`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(await answer.json()),
    referrerPolicy: "no-referrer",
  }).catch(() => null);
  said.textContent = told?.ok
    ? "The terminal is signed in. You can close this page."
    : "The terminal does not listen any more. Start again: charm auth login";
}

allow.addEventListener("click", letIn);
begin();
