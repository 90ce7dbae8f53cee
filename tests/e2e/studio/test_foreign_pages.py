"""T17 in a real browser: what the page's policy stops, and what a page of another origin cannot do."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route

from tests.e2e.studio.inspection import WATCH
from tests.e2e.studio.serving import Server
from tests.figures import Tell
from tests.fixtures.waiting import PATIENCE_S

pytestmark = pytest.mark.browser

INLINE = "<script>window.__pwned = 'inline'</script><img src=x onerror=\"window.__pwned='handler'\">"

# Each of these is how a text becomes a script; each must throw before anything is made.
SINKS = """async () => {
  // What is evaluated for a debugger may evaluate more; what comes later is the page's own.
  await new Promise((later) => setTimeout(later));
  const made = {
    innerHTML: () => { document.body.innerHTML = '<img src=x onerror=window.__pwned=1>' },
    outerHTML: () => { document.body.firstElementChild.outerHTML = '<b>' },
    insertAdjacentHTML: () => document.body.insertAdjacentHTML('beforeend', '<b>'),
    'script.text': () => { document.createElement('script').text = 'window.__pwned=1' },
    'script.src': () => { document.createElement('script').src = 'data:,window.__pwned=1' },
    'iframe.srcdoc': () => { document.createElement('iframe').srcdoc = '<script>parent.__pwned=1</script>' },
    'document.write': () => document.write('<b>'),
    DOMParser: () => new DOMParser().parseFromString('<b>', 'text/html'),
    createContextualFragment: () => document.createRange().createContextualFragment('<b>'),
    eval: () => (0, eval)('window.__pwned=1'),
    Function: () => new Function('window.__pwned=1')(),
    setTimeout: () => setTimeout('window.__pwned=1'),
    Worker: () => new Worker('data:,1'),
  };
  return Object.entries(made).filter(([, make]) => { try { make(); return true } catch { return false } })
    .map(([name]) => name);
}"""

ATTACK = """async ({ studio, project }) => {
  const told = {};
  const send = async (name, path, options) => {
    try { const answer = await fetch(studio + path, { credentials: 'include', ...options });
          told[name] = answer.type === 'opaque' ? 'sent blindly' : `read ${answer.status}` }
    catch { told[name] = 'failed' }
  };
  const json = { 'content-type': 'application/json' }, body = JSON.stringify({ name: 'planted' });
  const rooms = `/api/v1/projects/${project}/rooms`;
  await send('reads', '/api/v1/projects', {});
  await send('posts json', rooms, { method: 'POST', headers: json, body });
  await send('posts blindly', rooms, { method: 'POST', mode: 'no-cors', body });
  const own = `/api/v1/projects/${project}`;
  await send('puts', own, { method: 'PUT', headers: json, body: '{"display_name":"planted"}' });
  await send('deletes', `${own}/budgets/x`, { method: 'DELETE' });
  const frame = document.createElement('iframe');
  frame.name = 'into';
  document.body.append(frame);
  const form = document.createElement('form');
  Object.assign(form, { action: studio + rooms, method: 'POST', enctype: 'text/plain', target: 'into' });
  const field = document.createElement('input');
  Object.assign(field, { name: '{"name":"planted","x":"', value: '"}' });
  form.append(field);
  document.body.append(form);
  const sent = new Promise((done) => { frame.onload = done });
  form.submit();
  await sent;
  const loads = [['as a script', 'script', rooms], ['as a picture', 'img', '/favicon.svg']];
  for (const [name, tag, from] of loads) {
    const element = document.createElement(tag);
    told[name] = await new Promise((done) => {
      element.onload = () => done('loaded');
      element.onerror = () => done('failed');
      element.src = studio + from;
      document.body.append(element);
    });
  }
  return told;
}"""


@pytest.fixture(scope="module")
def foreign() -> Iterator[int]:
    """The port of a server with an empty page, which is not Fanlight."""

    class Foreign(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>foreign</title><body>")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Foreign) as running:
        thread = threading.Thread(target=partial(running.serve_forever, 0.05))
        thread.start()
        yield running.server_port
        running.shutdown()
        thread.join()


@pytest.mark.expects_console("Content Security Policy", "TrustedHTML", "TrustedScript")
def test_a_script_that_got_into_the_page_would_be_stopped(page: Page, root: str) -> None:
    def injected(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("</body>", f"{INLINE}</body>"))

    page.add_init_script(WATCH)
    page.route(f"{root}/runs", injected)
    page.goto(f"{root}/runs")
    page.wait_for_function("window.stopped.length > 1")
    assert page.evaluate("window.__pwned") is None
    assert {text.split()[0] for text in page.evaluate("window.stopped")} == {
        "script-src-elem",
        "script-src-attr",
    }
    assert page.evaluate(SINKS) == []
    assert page.evaluate("window.__pwned") is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.trust("T17")
def test_a_page_of_another_origin_neither_frames_nor_reads_nor_changes(
    browser: Browser, server: Server, project: str, foreign: int, host: str, figure: Tell
) -> None:
    # Of the same host it is same-site: a strict cookie goes along, and the origin alone tells them apart.
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://{host}:{foreign}/")
    told: dict[str, Any] = page.evaluate(ATTACK, {"studio": server.studio, "project": project})
    assert told == {
        "reads": "failed", "posts json": "failed", "posts blindly": "failed", "puts": "failed",
        "deletes": "failed", "as a script": "failed", "as a picture": "failed",
    }  # fmt: skip
    page.evaluate(
        """(studio) => new Promise((done) => {
      const frame = document.createElement('iframe');
      frame.onload = done;
      frame.src = studio;
      document.body.append(frame);
    })""",
        server.studio,
    )
    # The frame tells that it has loaded before its address is known here: until then it has none.
    framed, deadline = page.frames[-1], time.monotonic() + PATIENCE_S
    while framed.url in {"", "about:blank"} and time.monotonic() < deadline:
        page.wait_for_timeout(20)
    assert framed.url == "chrome-error://chromewebdata/"
    context.close()
    api = f"{server.studio}/api/v1/projects/{project}"
    assert httpx.get(f"{api}/rooms", timeout=30).json()["items"] == []
    assert httpx.get(api, timeout=30).json()["display_name"] in {"", project}
    # The very request that was refused to the other origin is taken from elsewhere.
    assert httpx.post(f"{api}/rooms", json={"name": "planted"}, timeout=30).is_success
    figure(
        test="T17",
        what=f"a page of another origin, on {host}",
        target="0 reads, 0 changes, 0 frames",
        value=f"{len(told)} ways tried and a frame: 0 of them led in",
        ok=True,
    )
