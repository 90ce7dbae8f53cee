"""A worker process: one exporter, made and called here, whatever it does."""

from __future__ import annotations

import atexit
import contextlib
import importlib
import os
import resource
import signal
import site
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fanlight.sdk.charm.hooks import missing_hooks
from fanlight.sdk.isolation import kernel
from fanlight.sdk.isolation.frames import CLOSE, Frame, Frames
from fanlight.sdk.isolation.limits import Limits
from fanlight.sdk.isolation.page import BROKEN, READY, Marks, Page
from fanlight.sdk.isolation.report import Target
from fanlight.sdk.isolation.walk import restore

TOKEN_HOOK = "on_llm_new_token"  # noqa: S105 - a hook's name
FAULT = 70  # the exit status after an error of the loop itself, which is on the page
ENDING = (("flush", "force_flush"), ("shutdown", "close"))
_AUTO_INSTRUMENTATION = ("auto_instrumentation", "ddtrace/bootstrap", "newrelic/bootstrap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What a worker is given at its start. Events up to `skip` are not called (again)."""

    target: Target
    limits: Limits
    page: Page
    events: int
    output: int
    path: list[str]
    skip: int


def work(post: Post) -> None:
    """Be the worker; never returns. The caller has just forked."""
    _exit = os._exit
    page = post.page
    try:
        _settle(post)
        exporter = _make(post, page)
        page.become(READY)
        _serve(exporter, post, Marks(page), page)
        _end(exporter, page)
    except BaseException as error:
        page.fail(describe(error))
        _exit(FAULT)
    _exit(0)


def describe(error: BaseException) -> str:
    """The class and text of an error, from where nothing may go wrong any more."""
    with contextlib.suppress(BaseException):
        return f"{type(error).__name__}: {error}"[:1000]
    return type(error).__name__


def _settle(post: Post) -> None:
    """Take the worker's place: own session, own output, bounds, and nothing of the host's."""
    kernel.die_with_parent()
    os.setsid()
    os.dup2(post.output, 1)
    os.dup2(post.output, 2)
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - numbers, not paths
        if int(name) > 2 and int(name) != post.events:
            with contextlib.suppress(OSError):
                os.close(int(name))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    with contextlib.suppress(OSError):
        os.nice(10)
    # RLIMIT_AS would count mapped files and shared libraries; this counts what the exporter itself writes to.
    _bound(resource.RLIMIT_DATA, 2 * post.limits.memory_bytes)
    _bound(resource.RLIMIT_CORE, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.stdin = open(os.devnull)  # noqa: SIM115, PTH123 - for the life of the process
    sys.stdout = open(1, "w", buffering=1, errors="replace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="replace", closefd=False)  # noqa: SIM115
    os.register_at_fork(after_in_child=_forget_events(post.events))


def _bound(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(what, (bound, bound))


_forked = False


def _forget_events(events: int) -> Callable[[], None]:
    def after_in_child() -> None:
        # A hook that forks and returns twice must not have two loops read one pipe.
        global _forked
        _forked = True
        with contextlib.suppress(OSError):
            os.close(events)

    return after_in_child


def _make(post: Post, page: Page) -> Any:
    try:
        # Editable installs and the like are made by `.pth` files, which `-S` of the host has passed over.
        with contextlib.suppress(Exception):
            site.main()
        sys.path[:] = [place for place in post.path if not _instruments(place)]
        _forget_instrumentation()
        module, _, name = post.target.value.partition(":")
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
        made = found()
        # Said once: a process in another's place has to leave standing why that one ended.
        if post.skip == 0 and (missing := missing_hooks(made)):
            page.fail(missing)
    except BaseException as error:
        page.fail(f"cannot be made: {describe(error)}")
        page.become(BROKEN)
        os._exit(71)
    return made


def _instruments(place: str) -> bool:
    return any(sign in place for sign in _AUTO_INSTRUMENTATION)


def _forget_instrumentation() -> None:
    # An exporter that is instrumented itself traces its own requests for ever.
    inherited = os.environ.get("PYTHONPATH")
    if inherited:
        kept = [place for place in inherited.split(os.pathsep) if not _instruments(place)]
        os.environ["PYTHONPATH"] = os.pathsep.join(kept)


def _read(events: int, read: Callable[[int, int], bytes] = os.read) -> Iterator[Frame]:
    frames = Frames()
    while data := read(events, 1 << 20):
        yield from frames.feed(data)


def _serve(exporter: Any, post: Post, marks: Marks, page: Page) -> None:
    call = _caller(exporter, marks, page, post.skip)
    for frame in _read(post.events):
        if frame.kind == CLOSE:
            return
        if frame.last <= post.skip:
            continue
        position = frame.first
        for item in frame.items():
            if type(item) is list:
                for token in item:
                    call(position, TOKEN_HOOK, {"token": token})
                    position += 1
            else:
                hook, arguments = item
                call(position, hook, arguments)
                position += 1


def _caller(exporter: Any, marks: Marks, page: Page, skip: int) -> Callable[[int, str, dict[str, Any]], None]:
    begin, delivered, failed, skipped = marks.begin, marks.delivered, marks.failed, marks.skipped

    def call(position: int, hook: str, arguments: dict[str, Any]) -> None:
        if position <= skip:
            return
        begin(position)
        try:
            found = getattr(exporter, hook, None)
            if found is None:
                skipped(position)
                return
            found(**(arguments if hook == TOKEN_HOOK else restore(arguments)))
        except BaseException as error:
            page.fail(f"{hook}: {describe(error)}")
            failed(position)
        else:
            delivered(position)
        if _forked:
            os._exit(0)

    return call


def _end(exporter: Any, page: Page) -> None:
    """Let the exporter send what it still has: its own methods, then what libraries do at exit."""
    for names in ENDING:
        method = next((found for name in names if callable(found := getattr(exporter, name, None))), None)
        if method is not None:
            try:
                method()
            except BaseException as error:
                page.fail(f"{method.__name__}: {describe(error)}")
    for step in (threading._shutdown, atexit._run_exitfuncs):  # type: ignore[attr-defined]
        with contextlib.suppress(BaseException):
            step()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BaseException):
            stream.flush()
