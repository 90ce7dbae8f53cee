"""Whether an exporter does what Charm asks of one: every hook, its keywords, its speed, no exception.

Nothing of the exporter runs in this process: `probe.py` calls it in another one, and is killed when it hangs.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fanlight.errors import InvalidError, NotFoundError
from fanlight.plugins import GROUP

PROBE = Path(__file__).with_name("probe.py")
START_S = 30.0
"""How long an interpreter may take until it tells its first step."""

HOOKS = (
    "on_run_start", "on_run_end", "on_error", "on_tool_start", "on_tool_end", "on_tool_error",
    "on_llm_new_token", "on_agent_action",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong, or (`state` note) could be better. `step` is package, import, init, a hook or exit."""

    state: str
    step: str
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One exporter. `hooks_ms` has the slowest call of each hook that could be called."""

    name: str
    value: str
    problems: tuple[Problem, ...]
    hooks_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A package with its exporters."""

    package: str
    version: str | None
    problems: tuple[Problem, ...]
    exporters: tuple[Checked, ...]

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong; notes do not count."""
        every = [*self.problems, *(problem for each in self.exporters for problem in each.problems)]
        return all(problem.state != "wrong" for problem in every)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a step may take until it is killed, and from when on a hook is slow."""

    step_s: float = 5.0
    slow_ms: float = 100.0


@dataclass(frozen=True, slots=True)
class _Package:
    name: str
    version: str | None
    points: Mapping[str, str]
    paths: tuple[str, ...] = ()
    others: Mapping[str, str] = field(default_factory=dict)


def check_package(package: str, *, python: str = sys.executable, limits: Limits | None = None) -> Report:
    """Check an installed distribution, or the folder of one, with the interpreter `python`.

    Raises:
        NotFoundError: it is neither a folder nor installed there.
        InvalidError: the folder is no package that can be read, or the interpreter does not start.
    """
    folder = Path(package)
    # A folder of this name may be the code itself, beside its pyproject.toml: then the package is meant.
    is_folder = folder.is_dir() and (os.sep in package or (folder / "pyproject.toml").exists())
    try:
        found = _of_folder(folder) if is_folder else _installed(package, python)
    except NotFoundError:
        if not folder.is_dir():
            raise
        found = _of_folder(folder)
    problems = []
    if not found.points:
        hint = f'add [project.entry-points."{GROUP}"] with name = "module:Class", and install it again'
        problems.append(
            Problem(state="wrong", step="package", text=f"it has no entry point in {GROUP}", hint=hint)
        )
    for name, other in found.others.items():
        text = f"{other} has an exporter named {name} as well: an agent with both cannot tell them apart"
        problems.append(Problem(state="note", step="package", text=text))
    return Report(
        package=found.name,
        version=found.version,
        problems=tuple(problems),
        exporters=tuple(
            check_exporter(name, value, paths=found.paths, python=python, limits=limits or Limits())
            for name, value in found.points.items()
        ),
    )


def check_exporter(
    name: str, value: str, *, paths: Sequence[str] = (), python: str = sys.executable, limits: Limits
) -> Checked:
    """Check one exporter, `value` being its `module:Class`.

    A step that hangs or ends the process is noted, and the rest is tried in a new process without it.
    """
    problems: dict[tuple[str, str], Problem] = {}
    hooks_ms: dict[str, float] = {}
    skip: list[str] = []
    while True:
        request = {"value": value, "paths": list(paths), "skip": skip}
        with _Child(python, request) as child:
            for told in child.answers(limits.step_s):
                for problem in _read(told, limits, hooks_ms):
                    problems.setdefault((problem.step, problem.text), problem)
            if child.stuck_at is None:
                break
            problem = child.stuck(limits.step_s)
        problems.setdefault((problem.step, problem.text), problem)
        skip.append(problem.step)
        if problem.step not in HOOKS:
            break
    for problem in _printed(child.printed):
        problems[problem.step, problem.text] = problem
    order = ["import", "init", *HOOKS, "exit"]
    ranked = sorted(problems.values(), key=lambda each: order.index(each.step) if each.step in order else 0)
    shown = {hook: round(hooks_ms[hook], 3) for hook in HOOKS if hook in hooks_ms}
    return Checked(name=name, value=value, problems=tuple(ranked), hooks_ms=shown)


def _read(told: Mapping[str, Any], limits: Limits, hooks_ms: dict[str, float]) -> Iterator[Problem]:
    """What an answer of the probe says against the exporter."""
    if (hook := told.get("missing_hook")) is not None:
        text = "is missing: charmos refuses a class without it"
        yield Problem(state="wrong", step=hook, text=text, hint=f"def {hook}(...): pass is enough")
    elif (hook := told.get("wrong_hook")) is not None:
        hint = "Charm passes keywords, so parameters must have exactly these names"
        yield Problem(state="wrong", step=hook, text=told["text"], hint=hint)
    elif told.get("done"):
        yield from _judged(told, limits, hooks_ms)


def _judged(told: Mapping[str, Any], limits: Limits, hooks_ms: dict[str, float]) -> Iterator[Problem]:
    step = told["step"]
    if (error := told.get("error")) is not None:
        where = f" ({error['where']})" if error["where"] else ""
        hint = "install what it imports beside it" if error["type"] == "ModuleNotFoundError" else ""
        text = f"raises {error['type']}: {error['text']}{where}"
        yield Problem(state="wrong", step=step, text=text, hint=hint)
    elif (slowest := told.get("found")) is not None:
        hooks_ms[step] = slowest
        if slowest > limits.slow_ms:
            text = f"takes {slowest:,.0f} ms, and the agent waits: it may take {limits.slow_ms:,.0f}"
            yield Problem(
                state="wrong", step=step, text=text, hint="hand the event to a thread of your own, and return"
            )


def _printed(printed: str) -> Iterator[Problem]:
    if printed.strip():
        first = printed.strip().splitlines()[0][:80]
        text = f"prints to stdout ({first!r}): under charmos that becomes part of the agent's answer"
        yield Problem(state="note", step="exit", text=text, hint="use logging, or print to stderr")


def _of_folder(folder: Path) -> _Package:
    path = folder / "pyproject.toml"
    try:
        content = tomllib.loads(path.read_text())
    except FileNotFoundError:
        raise InvalidError(f"{folder} has no pyproject.toml", hint="name the folder of a package") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidError(f"{path} is not TOML ({error})") from error
    project = _table(content, "project")
    poetry = _table(_table(content, "tool"), "poetry")
    points = _table(_table(project, "entry-points"), GROUP) or _table(_table(poetry, "plugins"), GROUP)
    name = project.get("name") or poetry.get("name") or folder.resolve().name
    version = project.get("version") or poetry.get("version")
    places = [folder / "src", folder]
    return _Package(
        name=str(name),
        version=None if version is None else str(version),
        points={str(point): str(value) for point, value in points.items()},
        paths=tuple(str(place.resolve()) for place in places if place.is_dir()),
    )


def _table(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = content.get(name)
    return found if isinstance(found, dict) else {}


def _installed(package: str, python: str) -> _Package:
    with _Child(python, {"package": package}) as child:
        answers = list(child.answers(START_S))
    if not answers:
        raise InvalidError(f"{python} could not look for {package}", hint=child.complaint())
    [told] = answers
    if told.get("missing"):
        raise NotFoundError(
            f"{package} is neither a folder nor installed for {python}",
            hint="install it, or name an interpreter that has it with --python",
        )
    points = {each["name"]: each["value"] for each in told["exporters"]}
    return _Package(told["package"], told["version"], points, others=told["others"])


class _Child:
    """A process of the probe. `stuck_at` is the step in which it had to be killed, or ended by itself."""

    def __init__(self, python: str, request: Mapping[str, Any]) -> None:
        self.stuck_at: str | None = None
        self.printed = ""
        self._hung = False
        self._python, self._request = python, request

    def __enter__(self) -> _Child:
        self._answers, writing = os.pipe()
        self._output, self._errors = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        # What an exporter writes beside itself, or keeps for later, is not for here.
        self._folder = tempfile.TemporaryDirectory(prefix="exporter-check-", ignore_cleanup_errors=True)
        # Absolute, but not resolved: a virtual environment is known by its own path to the interpreter.
        command = str(Path(self._python).absolute()) if os.sep in self._python else self._python
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the interpreter that the user names
                [command, str(PROBE), json.dumps({**self._request, "descriptor": writing})],
                stdin=subprocess.DEVNULL, stdout=self._output, stderr=self._errors,
                pass_fds=[writing], start_new_session=True, cwd=self._folder.name,
                env={**os.environ, "FANLIGHT_SPOOL": "off"},
            )  # fmt: skip
        except OSError as error:
            self._close()
            raise InvalidError(f"{self._python} cannot be started ({error.strerror})") from error
        finally:
            os.close(writing)
        return self

    def __exit__(self, *_: object) -> None:
        self._kill()
        self._output.seek(0)
        self.printed = self._output.read(64 * 1024).decode("utf-8", "replace")
        self._errors.seek(0)
        self._complaint = self._errors.read(64 * 1024).decode("utf-8", "replace")
        self._close()

    def answers(self, step_s: float) -> Iterator[Mapping[str, Any]]:
        """What the probe tells, until it ends or a step takes longer than `step_s`."""
        rest, step = b"", "start"
        while True:
            chunk = self._read_within(START_S if step == "start" else step_s)
            if chunk is None:
                self.stuck_at, self._hung = step, True
                return
            if not chunk:
                break
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                told = json.loads(line)
                if "step" in told:
                    step = "exit" if told.get("done") else told["step"]
                yield told
        # The pipe is closed: it ends now, unless a thread keeps it, or it died in the middle of a step.
        if not self._ends_within(step_s):
            self.stuck_at, self._hung = "exit", True
        elif "package" not in self._request and (step != "exit" or self._process.returncode != 0):
            self.stuck_at = step

    def stuck(self, step_s: float) -> Problem:
        """What to say of the step at which it was stuck."""
        step = self.stuck_at or "exit"
        if self._hung:
            text = f"hangs: it was stopped after {step_s:g} s"
            hint = (
                "a thread that is no daemon keeps the agent's process"
                if step == "exit"
                else "use time limits"
            )
            return Problem(state="wrong", step=step, text=text, hint=hint)
        status = self._process.returncode
        how = signal.Signals(-status).name if status < 0 else f"status {status}"
        return Problem(state="wrong", step=step, text=f"ends the agent's process ({how})")

    def complaint(self) -> str:
        """The last line that it wrote on stderr."""
        lines = self._complaint.strip().splitlines()
        return lines[-1][:300] if lines else ""

    def _read_within(self, seconds: float) -> bytes | None:
        # Not select(): whoever checks may have more files open than it can count.
        poll = select.poll()
        poll.register(self._answers, select.POLLIN)
        return os.read(self._answers, 65_536) if poll.poll(seconds * 1_000) else None

    def _ends_within(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _kill(self) -> None:
        # The whole group: an exporter may have started processes of its own.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _close(self) -> None:
        os.close(self._answers)
        self._output.close()
        self._errors.close()
        self._folder.cleanup()
