"""What no page may do, hold or look like, whatever the data is; and when a page has all that it asked for."""

from __future__ import annotations

import time

from playwright.sync_api import Page, Request, expect

# Runs before any script of a page: whatever the page's policy stopped is kept, and so is who tampered.
WATCH = r"""(() => {
  window.stopped = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    window.stopped.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`.slice(0, 200));
  });
  const names = () => JSON.stringify(Object.getOwnPropertyNames(Object.prototype).sort());
  const own = names();
  window.isTampered = () => names() !== own || 'polluted' in {};
})()"""

# What no page may do or hold, and what every page must keep to.
FAULTS = r"""() => {
  const faults = [], root = document.getElementById('root');
  const content = document.getElementById('content') ?? root;
  if (window.evil ?? window.__pwned) faults.push('a script of the data ran');
  if (window.isTampered?.()) faults.push('a name of the data changed what every object has');
  faults.push(...(window.stopped ?? []).map((text) => `the policy had to stop ${text}`));
  const never = 'img:not([src^="data:image/"]), script, style, link, base, meta, iframe, object, embed, '
    + 'form[action], a[href^="javascript:" i], a[href^="data:" i], svg[onload], svg script, svg a, '
    + 'foreignObject, [srcdoc]';
  const made = root.querySelector(never);
  if (made) faults.push(`the data became an element: ${made.outerHTML.slice(0, 80)}`);
  for (const link of root.querySelectorAll('a[href]')) {
    if (link.origin === location.origin) continue;
    const isPlain = ['http:', 'https:'].includes(link.protocol) && link.textContent.includes(link.hostname);
    if (isPlain && /noopener/.test(link.rel)) continue;
    faults.push(`a link leads off: ${link.outerHTML.slice(0, 120)}`);
  }
  const hidden = /[\u0000-\u0008\u001b\u007f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069]/;
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    if (!hidden.test(node.data)) continue;
    faults.push(`hidden characters in ${node.parentElement.outerHTML.slice(0, 160)}`);
  }
  for (const each of root.querySelectorAll('[title]')) {
    if (!hidden.test(each.title)) continue;
    faults.push(`hidden characters in the title of ${each.outerHTML.slice(0, 160)}`);
  }
  if (hidden.test(document.title)) faults.push('hidden characters in the title of the page');
  const isOut = (each) => each.getBoundingClientRect().right > innerWidth + 1;
  const out = () => [...root.querySelectorAll('*')].filter(isOut).at(-1)?.outerHTML.slice(0, 160);
  if (document.documentElement.scrollWidth > innerWidth) faults.push(`the page scrolls sideways: ${out()}`);
  if (content.scrollWidth > content.clientWidth + 1) faults.push(`${content.scrollWidth} px wide: ${out()}`);
  for (const list of document.querySelectorAll('.list')) {
    const heights = new Set([...list.querySelectorAll('.row')].map((row) => row.offsetHeight));
    if (heights.size > 1) faults.push(`rows of ${[...heights].join(' and ')} px`);
  }
  return faults.slice(0, 20);
}"""


class Asked:
    """What a page still waits for. Its one stream never ends and does not count."""

    def __init__(self, page: Page) -> None:
        self._page, self._open = page, set[Request]()
        page.on("request", lambda request: None if "/stream" in request.url else self._open.add(request))
        page.on("requestfinished", lambda request: self._open.discard(request))
        page.on("requestfailed", lambda request: self._open.discard(request))

    def settle(self, *, quiet_s: float = 0.2) -> None:
        """Returns once everything was answered, and no answer led to another question."""
        deadline = time.monotonic() + 60
        quiet_since = None
        while quiet_since is None or time.monotonic() - quiet_since < quiet_s:
            assert time.monotonic() < deadline, [request.url for request in self._open]
            self._page.wait_for_timeout(25)
            quiet_since = None if self._open else quiet_since or time.monotonic()
        expect(self._page.locator("[aria-busy=true]")).to_have_count(0)
