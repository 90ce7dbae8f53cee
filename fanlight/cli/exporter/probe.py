"""Looks at an exporter from inside a process of its own: the far side of `fanlight exporter check`.

It is run by path, with the interpreter that has the package, and needs nothing but that interpreter's
standard library. Argument: a request as JSON. Answers are lines of JSON on the file descriptor that the
request names: `{"step": NAME}` before a step, `{"step": NAME, "done": true, ...}` after it.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

GROUP = "charm.telemetry"
CALLS: list[tuple[str, list[dict[str, Any]]]] = [
    ("on_run_start", [{"run_id": "local", "inputs": {"input": "fanlight exporter check"}}]),
    (
        "on_agent_action",
        [{"tool": "search", "tool_input": "Oslo"}, {"tool": "search", "tool_input": {"q": "Oslo"}}],
    ),
    ("on_tool_start", [{"tool_name": "search", "input_str": "Oslo"}] * 2),
    ("on_tool_end", [{"tool_name": "search", "output": "rain"}]),
    ("on_tool_error", [{"tool_name": "search", "error": ValueError("an error of the check")}]),
    ("on_llm_new_token", [{"token": "rain "}] * 50),
    ("on_run_end", [{"run_id": "local", "outputs": {"status": "error", "message": "the check is over"}}]),
    ("on_error", [{"run_id": "local", "error": RuntimeError("an error of the check")}]),
]
"""Every hook with the keywords that Charm calls it with, in the order of a run that fails."""

BASES = {"charm.core.telemetry", "fanlight.sdk.charm.hooks"}


class Teller:
    """Writes the answers."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        # What the exporter starts must not keep the answers open.
        os.set_inheritable(descriptor, False)

    def tell(self, **said: object) -> None:
        """Write one answer."""
        os.write(self.descriptor, (json.dumps(said) + "\n").encode())

    def step(self, name: str, action: Callable[[], Any]) -> Any:
        """Do a step and tell of it; None when it failed."""
        self.tell(step=name)
        began = time.perf_counter()
        try:
            found = action()
        except BaseException as error:
            self.tell(step=name, done=True, error=described(error), ms=passed_ms(began))
            return None
        self.tell(
            step=name, done=True, ms=passed_ms(began), found=found if isinstance(found, float) else None
        )
        return found


def passed_ms(began: float) -> float:
    """Milliseconds since `began`."""
    return (time.perf_counter() - began) * 1e3


def described(error: BaseException) -> dict[str, str]:
    """An exception as text; its own `__str__` may fail too."""
    try:
        text = str(error)
    except BaseException:
        text = ""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    return {
        "type": type(error).__name__,
        "text": text[:500],
        "where": f"{os.path.basename(last.filename)}:{last.lineno}" if last else "",  # noqa: PTH119
    }


def main() -> None:
    """Answer the request."""
    request = json.loads(sys.argv[1])
    # The folder of this script is no place to import from.
    sys.path[0:1] = request.get("paths", [])
    teller = Teller(request["descriptor"])
    if "package" in request:
        find(teller, request["package"])
    else:
        probe(teller, request["value"], set(request["skip"]))
        teller.tell(step="exit")


def find(teller: Teller, package: str) -> None:
    """What a distribution offers, and who else offers the same names."""
    from importlib import metadata

    try:
        distribution = metadata.distribution(package)
    except metadata.PackageNotFoundError:
        teller.tell(missing=True)
        return
    name = distribution.metadata["Name"]
    points = [point for point in distribution.entry_points if point.group == GROUP]
    teller.tell(
        package=name,
        version=distribution.version,
        exporters=[{"name": point.name, "value": point.value} for point in points],
        others={
            point.name: other.metadata["Name"]
            for other in metadata.distributions()
            if other.metadata["Name"] != name
            for point in other.entry_points
            if point.group == GROUP and point.name in [each.name for each in points]
        },
    )


def probe(teller: Teller, value: str, skip: Iterable[str]) -> None:
    """Import, make and call an exporter; whatever hangs is skipped the next time."""
    module, _, attribute = value.partition(":")
    made = teller.step("import", lambda: load(module, attribute))
    if made is None:
        return
    # A function that makes exporters shows what it lacks only in what it has made.
    missing = [hook for hook, _ in CALLS if is_missing(made, hook)] if inspect.isclass(made) else []
    exporter = teller.step("init", lambda: without_abstract(made, missing)())
    if exporter is not None and not inspect.isclass(made):
        missing = [hook for hook, _ in CALLS if is_missing(type(exporter), hook)]
    for hook in missing:
        teller.tell(missing_hook=hook)
    if exporter is None:
        return
    for hook, calls in CALLS:
        if hook in missing:
            continue
        if (wrong := wrong_signature(getattr(exporter, hook), calls[0])) is not None:
            teller.tell(wrong_hook=hook, text=wrong)
        elif hook not in skip:
            teller.step(hook, partial(slowest_ms, getattr(exporter, hook), calls))


def load(module: str, attribute: str) -> Callable[[], Any]:
    """What an entry point names. Raises TypeError when it cannot be called."""
    found: Any = importlib.import_module(module)
    for part in attribute.split("."):
        found = getattr(found, part)
    if not callable(found):
        raise TypeError(
            f"{attribute} is a {type(found).__name__}, which cannot be called to make an exporter"
        )
    made: Callable[[], Any] = found
    return made


def is_missing(made: type, hook: str) -> bool:
    """Whether a class lacks a hook, or has no more than its base class."""
    for each in made.__mro__:
        if hook in vars(each):
            # What the base class has is nothing of the exporter's.
            return each.__module__ in BASES or not callable(getattr(made, hook))
    return True


def without_abstract(made: Any, missing: Sequence[str]) -> Any:
    """The class with empty hooks in place of those it lacks, so that the others can be tried."""
    if not inspect.isclass(made) or not getattr(made, "__abstractmethods__", None):
        return made
    metaclass: Any = type(made)
    return metaclass(made.__name__, (made,), dict.fromkeys(missing, _nothing))


def _nothing(_self: object, **_: object) -> None:
    """In place of a hook that is missing."""


def wrong_signature(hook: Any, keywords: Mapping[str, Any]) -> str | None:
    """Why a hook cannot be called with these keywords; None when it can."""
    if not callable(hook):
        return "is no function"
    if inspect.iscoroutinefunction(hook):
        return "is async: Charm calls hooks and awaits nothing, so it would never run"
    try:
        signature = inspect.signature(hook)
    except (TypeError, ValueError):
        return None
    try:
        signature.bind(**keywords)
    except TypeError:
        called = ", ".join(f"{name}=..." for name in keywords)
        return f"takes {without_annotations(signature)}, and is called with ({called})"
    return None


def without_annotations(signature: inspect.Signature) -> str:
    """A signature, short enough to be read."""
    plain = [parameter.replace(annotation=parameter.empty) for parameter in signature.parameters.values()]
    return str(inspect.Signature(plain))


def slowest_ms(hook: Callable[..., object], calls: Sequence[Mapping[str, Any]]) -> float:
    """Call a hook; how long the slowest call took."""
    slowest = 0.0
    for keywords in calls:
        began = time.perf_counter()
        hook(**keywords)
        slowest = max(slowest, passed_ms(began))
    return slowest


if __name__ == "__main__":
    main()
