"""Forked and spawned children send their own spans, once, and their parents' never."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Ended, Receiver

Program = Callable[..., Ended]

FORK = """
import os, warnings
warnings.simplefilter("ignore", DeprecationWarning)
import fanlight
fanlight.configure()
with fanlight.run("before"):
    with fanlight.span("queued when it forks"): pass
    if os.fork() == 0:
        with fanlight.span("in the child"): pass
        raise SystemExit
    os.wait()
with fanlight.run("after"): pass
"""


def test_a_forked_child_sends_what_is_its_own_and_nothing_twice(receiver: Receiver, program: Program) -> None:
    assert program(FORK, FANLIGHT_URL=receiver.url).status == 0
    assert receiver.tree() == [
        ("after", None),
        ("before", None),
        ("in the child", "before"),
        ("queued when it forks", "before"),
    ]
    assert max(Counter(span.span_id for span in receiver.spans).values()) == 1


MULTIPROCESSING = """
import multiprocessing, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)
import fanlight

def work(name):
    fanlight.configure()
    with fanlight.run(name): pass

if __name__ == "__main__":
    fanlight.configure()
    with fanlight.run("parent"):
        context = multiprocessing.get_context("METHOD")
        children = [context.Process(target=work, args=(f"child {n}",)) for n in range(2)]
        for child in children: child.start()
        for child in children: child.join()
        assert [child.exitcode for child in children] == [0, 0]
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_children_of_multiprocessing_send_before_they_end(
    receiver: Receiver, program: Program, tmp_path: Path, method: str
) -> None:
    script = tmp_path / "agent.py"
    script.write_text(MULTIPROCESSING.replace("METHOD", method))
    # A spawned child imports the program: it needs a file of its own.
    done = program(
        f"import os, sys; os.execv(sys.executable, [sys.executable, {str(script)!r}])",
        FANLIGHT_URL=receiver.url,
    )
    assert (done.status, done.stderr) == (0, "")
    names = [name for name, _ in receiver.tree()]
    assert names == ["child 0", "child 1", "parent"]


PREFORK = """
import os, signal, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)
import fanlight
fanlight.configure(service_name="web")
with fanlight.run("master starts"): pass
workers = []
for number in range(3):
    if (pid := os.fork()) == 0:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        for request in range(20):
            with fanlight.run(f"worker {number}"): pass
        sys.exit(0)
    workers.append(pid)
for pid in workers: os.waitpid(pid, 0)
with fanlight.run("master ends"): pass
"""


def test_workers_of_a_server_that_forks_have_queues_and_threads_of_their_own(
    receiver: Receiver, program: Program
) -> None:
    assert program(PREFORK, FANLIGHT_URL=receiver.url).status == 0
    assert Counter(span.name for span in receiver.spans) == {
        "worker 0": 20, "worker 1": 20, "worker 2": 20, "master starts": 1, "master ends": 1,
    }  # fmt: skip
    assert len({span.span_id for span in receiver.spans}) == 62


def test_a_child_that_is_killed_leaves_its_parent_unharmed(receiver: Receiver, program: Program) -> None:
    code = """
import os, signal, warnings
warnings.simplefilter("ignore", DeprecationWarning)
import fanlight
fanlight.configure()
with fanlight.run("parent"):
    if (pid := os.fork()) == 0:
        with fanlight.span("never ends"):
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
"""
    done = program(code, FANLIGHT_URL=receiver.url)
    assert (done.status, done.stderr, receiver.tree()) == (0, "", [("parent", None)])


def test_importing_and_configuring_starts_no_sender(receiver: Receiver, program: Program) -> None:
    code = """
import threading
import fanlight
fanlight.configure()
print(sorted(thread.name for thread in threading.enumerate()))
"""
    assert "'fanlight'" not in program(code, FANLIGHT_URL=receiver.url).stdout


HOSTILE = """
import fanlight, itertools, sys
fanlight.configure()
class Raises:
    def __str__(self): raise RuntimeError("no")
    __repr__ = __iter__ = __len__ = __eq__ = __hash__ = __str__
class Endless:
    def __iter__(self): return itertools.count()
    def __repr__(self): return "x" * 10**9
endless = []; endless.append(endless)
deep = []
for _ in range(10**5): deep = [deep]
values = [endless, deep, Raises(), Endless(), itertools.count(), "x" * 10**7, 10**5000, {Endless(): 1},
          "\\ud800", float("nan"), b"\\xff", {"a": {"b": Raises()}}, list(range(10**6)), lambda: 1, object]
with fanlight.run("r", inputs=values) as run:
    for value in values:
        run.set("value", value)
        run.output(value)
        run.tokens(input=value, output=value)
        run.event("e", value=value)
        run.token(value)
        run.fail(Raises())
        with fanlight.span("s", kind="tool", inputs=value, attributes={"v": value}): pass
        fanlight.log("info", value)
        fanlight.log(value, {"m": value})
        assert fanlight.bill(amount=value) is False
        fanlight.bill("1", kind=value, currency=value, id=value, customer=value, attributes={"v": value})
print("alive")
"""


def test_hostile_values_cost_only_themselves(receiver: Receiver, program: Program) -> None:
    done = program(HOSTILE, FANLIGHT_URL=receiver.url)
    assert (done.status, done.stdout) == (0, "alive\n"), done.stderr
    assert Counter(span.name for span in receiver.spans) == {"s": 15, "r": 1}
    assert "Traceback" not in done.stderr
    assert done.seconds < 20
    assert sys.version_info >= (3, 11)
