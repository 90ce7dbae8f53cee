"""One run of an agent, from its order to its outcome. However it ends, it is closed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from fanlight.errors import FanlightError
from fanlight.runner import dotenv
from fanlight.runner.backend import CHILD, MIB, PYTHON, Backend, Child, Ending, Launch, Limits
from fanlight.runner.capture.items import Item
from fanlight.runner.capture.reader import Capture
from fanlight.runner.definition import Definition, load
from fanlight.runner.install import Environment, InstallError, find_requirements, install
from fanlight.runner.observing import Observed
from fanlight.runner.order import Order, Outcome, Status
from fanlight.runner.policy import Policy
from fanlight.runner.process import new_nonce
from fanlight.runner.report import Report
from fanlight.runner.service import service_of
from fanlight.runner.surroundings import (
    Surroundings,
    installer_environment,
    own_variables,
    surroundings_of,
)
from fanlight.sdk.settings import read_settings

if TYPE_CHECKING:
    from opentelemetry.trace import Span

REQUEST, INPUT = "request.json", "input.json"
SHELL_ADAPTERS = ("node", "process")
FLOOD_S = 1.0
COST_S = 5.0
EXIT_S = 0.5

# The command itself is an argument, never part of this text.
SHELL = (
    'export CHARM_INPUT_FILE="$FANLIGHT_FILES/input.json"; unset FANLIGHT_EVENTS; '
    'cp "$CHARM_INPUT_FILE" ./input.json 2>/dev/null; exec /bin/sh -c "$1"'
)


class Show(Protocol):
    """Whoever watches a run."""

    def item(self, item: Item) -> None:
        """Something that the agent wrote."""
        ...

    def note(self, text: str) -> None:
        """Something that the runner does."""
        ...


Cost = Callable[[], Awaitable[Decimal | None]]
"""What the server makes of the run's cost so far; None when it cannot tell."""


class Run:
    """One run. `cancel` may be called from a signal handler; the run is then closed as cancelled."""

    def __init__(self, order: Order, backend: Backend, show: Show, *, cost: Cost | None = None) -> None:
        self._order = order
        self._backend = backend
        self._show = show
        self._cost = cost
        self.definition: Definition = load(order.agent)
        if self.definition.runtime.adapter.type == "openclaw":
            raise FanlightError("the adapter openclaw has no runner here", hint="run it with Charm's own")
        self._entry_point = self.definition.entry_point
        self._service = service_of(order, self.definition.persona.name, self.definition.persona.version)
        self._policy = Policy(self.definition.policies)
        self._observed = Observed()
        self._child: Child | None = None
        self._stopped = ""
        self._is_cancelled = False
        self._task: asyncio.Task[Any] | None = None

    def cancel(self) -> None:
        """End the run: first with a request, the second time at once."""
        grace_s = 0.0 if self._is_cancelled else self._order.limits.grace_s
        self._is_cancelled = True
        if self._child is not None:
            self._stopping = asyncio.ensure_future(self._child.stop(grace_s))
        elif self._task is not None:
            self._task.cancel()

    async def execute(self) -> Outcome:
        """Make the run. Raises only for what is wrong before it begins."""
        began = time.monotonic()
        given = {**dotenv.read(self._order.agent), **self._order.env}
        masking = self._surroundings(given, {}).redactor
        report = self._report(masking.text)
        own = own_variables(
            run_id=self._order.run_id,
            root_span_id=report.root_span_id,
            agent=self.definition.persona.name,
            endpoint=self._order.endpoint,
            key=self._order.key,
            place=self._order.place,
        )
        self._redactor = masking
        self._capture = Capture(nonce := new_nonce(), masking)
        self._report_to = report
        ending: Ending | None = None
        failure = ""
        try:
            self._task = asyncio.ensure_future(self._prepare(installer_environment(self._order.environ)))
            environment = await self._task
            ending = await self._supervise(self._launch(environment, self._surroundings(given, own), nonce))
        except asyncio.CancelledError:
            failure = "the run was cancelled before the agent started"
            self._is_cancelled = True
        except InstallError as error:
            failure = f"{error}\n{error.said}".strip()
        except FanlightError as error:
            failure = masking.text(str(error))
        except Exception as error:
            # Whatever it is, the run is closed; nobody is to wait for it.
            failure = masking.text(f"the runner failed: {type(error).__name__}: {error}")
        outcome = self._outcome(ending, failure, round((time.monotonic() - began) * 1_000))
        if failures := await self._service.end(outcome.status):
            report.set("fanlight.run.service_reports_failed", failures)
        self._close(outcome, masking.text)
        return replace(outcome, was_sent=await report.close())

    # -- before

    def _report(self, mask: Callable[[str], str]) -> Report:
        order, persona = self._order, self.definition.persona
        attributes = {
            "fanlight.kind": "agent",
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": persona.name,
            "gen_ai.agent.id": str(self.definition.id) if self.definition.id else None,
            "gen_ai.agent.version": persona.version,
            "fanlight.input": mask(_json(order.inputs)),
            "fanlight.room": order.place.room,
            "fanlight.session": order.place.session or order.thread,
            "fanlight.user": order.user,
            "fanlight.run.adapter": self.definition.runtime.adapter.type,
            "fanlight.run.backend": "container" if order.in_container else "process",
        }
        resource = {"project": order.place.project, "fanlight.room": order.place.room}
        return Report(
            order.run_id,
            service=persona.name,
            name=persona.name,
            attributes={name: value for name, value in attributes.items() if value is not None},
            resource=resource,
            endpoint=order.endpoint,
            settings=replace(read_settings(order.environ), exit_s=EXIT_S),
        )

    def _surroundings(self, given: Mapping[str, str], own: Mapping[str, str]) -> Surroundings:
        return surroundings_of(
            environ=self._order.environ,
            wanted=self.definition.runtime.adapter.environment_variables.all,
            given=given,
            own=own,
            secrets=filter(None, [self._order.key]),
        )

    async def _prepare(self, environ: Mapping[str, str]) -> Environment | None:
        if self._is_shell or self._order.in_container:
            return None
        if self._order.interpreter or not self._order.installs or self._order.cache is None:
            return Environment(python=self._order.interpreter or Path(sys.executable))
        self._warn_of_two()
        step: Span | None = None

        def progress(text: str) -> None:
            nonlocal step
            # What is cached takes no time, and is no step.
            step = step or self._report_to.step("install requirements")
            self._show.note(text)

        try:
            return await install(
                self._order.agent,
                cache=self._order.cache,
                environ=environ,
                redactor=self._redactor,
                progress=progress,
            )
        finally:
            if step is not None:
                step.end()

    def _warn_of_two(self) -> None:
        agent = self._order.agent
        if find_requirements(agent) == "pyproject.toml" and (agent / "requirements.txt").is_file():
            self._show.note("both pyproject.toml and requirements.txt are there; only pyproject.toml is read")

    @property
    def _is_shell(self) -> bool:
        return self.definition.runtime.adapter.type in SHELL_ADAPTERS

    def _launch(self, environment: Environment | None, found: Surroundings, nonce: str) -> Launch:
        command: tuple[str, ...] = (PYTHON, CHILD)
        files = {REQUEST: _json(self._request()).encode("utf-8", "replace")}
        env = dict(found.env)
        if self._is_shell:
            command = ("/bin/sh", "-c", SHELL, "sh", self._entry_point)
            files = {INPUT: _json(self._order.inputs).encode("utf-8", "replace")}
        elif environment is not None and environment.folder is not None:
            env["VIRTUAL_ENV"] = str(environment.folder)
            env["PATH"] = f"{environment.folder / 'bin'}:{env.get('PATH', '/usr/bin:/bin')}"
        return Launch(
            command=command,
            cwd=self._order.agent.resolve(),
            env=env,
            nonce=nonce,
            limits=self._limits(),
            image=self.definition.runtime.custom_image if self._order.in_container else None,
            files=files,
            interpreter=environment.python if environment else None,
            requirements=find_requirements(self._order.agent) if self._order.installs else None,
            adapter=self.definition.runtime.adapter.type,
        )

    def _limits(self) -> Limits:
        policies = self.definition.policies
        times = [self._order.timeout_s or self._order.limits.time_s, policies.execution_timeout_seconds]
        return replace(
            self._order.limits,
            time_s=min((time_s for time_s in times if time_s is not None), default=None),
            network=self._order.limits.network and policies.allow_internet_access,
        )

    def _request(self) -> dict[str, Any]:
        inputs = self._order.inputs
        if self._order.thread is not None:
            inputs = (
                {**inputs, "__charm_thread_id__": self._order.thread} if isinstance(inputs, dict) else inputs
            )
        return {
            "adapter": self.definition.runtime.adapter.type,
            "entry_point": self._entry_point,
            "inputs": inputs,
            "telemetry": list(self.definition.runtime.telemetry),
            "run_id": self._order.run_id,
            "max_steps": self.definition.policies.given_max_steps,
        }

    # -- while it goes on

    async def _supervise(self, launch: Launch) -> Ending:
        self._task = asyncio.ensure_future(self._backend.start(launch))
        child = self._child = await self._task
        self._service.begin(child)
        beside = [asyncio.create_task(self._tell_of_floods())]
        if self._cost is not None and self._policy.budget_usd is not None:
            beside.append(asyncio.create_task(self._watch_cost(self._cost)))
        try:
            if self._is_cancelled:
                await child.stop(0.0)
            most = launch.limits.output_bytes
            while (piece := await child.read()) is not None:
                self._take(self._capture.feed(*piece))
                if most is not None and self._capture.bytes > most:
                    await self._stop(f"the agent wrote more than {most / MIB:,.0f} MiB")
                await self._report_to.breathe()
                if verdict := self._policy.verdict:
                    await self._stop(verdict)
            self._take(self._capture.close())
        except BaseException:
            await child.stop(0.0)
            raise
        finally:
            for task in beside:
                task.cancel()
        ending: Ending = await child.wait()
        if not self._stopped and (verdict := self._policy.verdict):
            # It ended by itself before it could be stopped.
            self._report_to.set("fanlight.run.policy", verdict)
            self._show.note(verdict)
        return ending

    async def _stop(self, reason: str) -> None:
        if not self._stopped and self._child is not None:
            self._stopped = reason
            await self._child.stop(self._order.limits.grace_s)

    async def _tell_of_floods(self) -> None:
        while True:
            await asyncio.sleep(FLOOD_S)
            self._take(self._capture.flooded())

    async def _watch_cost(self, cost: Cost) -> None:
        while True:
            await asyncio.sleep(COST_S)
            with contextlib.suppress(FanlightError):
                if (amount := await cost()) is not None:
                    self._policy.told(amount)
                    if verdict := self._policy.verdict:
                        await self._stop(verdict)

    def _take(self, items: list[Item]) -> None:
        for item in items:
            self._observed.see(item)
            self._policy.see(item)
            self._report_to.item(item)
            self._show.item(item)

    # -- after

    def _outcome(self, ending: Ending | None, failure: str, duration_ms: int) -> Outcome:
        status, error = self._judge(ending, failure)
        output, format_ = self._output(status)
        return Outcome(
            run_id=self._order.run_id,
            agent=self.definition.persona.name,
            status=status,
            exit_code=ending.exit_code if ending else None,
            output=output,
            format=format_,
            error=error,
            duration_ms=duration_ms,
            tool_usage=dict(self._observed.tools),
            state=self._observed.state,
        )

    def _judge(self, ending: Ending | None, failure: str) -> tuple[Status, str | None]:
        seen = self._observed
        if self._is_cancelled:
            return "cancelled", failure or "the run was cancelled"
        if ending is None or self._stopped:
            return "error", failure or self._stopped
        if ending.reason == "lost":
            return "lost", "the agent's supervisor was killed, and the agent with it"
        if ending.reason != "exited":
            return "error", self._limit_text(ending)
        error = None if seen.error is None else _text(seen.error.value.get("content"))
        if ending.exit_code != 0:
            return "error", error or self._exit_text(ending)
        if seen.error is not None and (seen.error.verified or seen.final is None):
            return "error", error
        is_suspended = seen.control is not None and seen.control.value.get("status") == "suspended"
        return ("suspended" if is_suspended else "success"), None

    def _limit_text(self, ending: Ending) -> str:
        limits = self._limits()
        if ending.reason == "timeout":
            return f"the run took longer than {limits.time_s:g} s and was stopped"
        if ending.reason == "memory":
            most_mib = (limits.memory_bytes or 0) / MIB
            return f"the agent used more than {most_mib:,.0f} MiB of memory and was killed"
        if ending.reason == "processes":
            return f"the agent had more than {limits.processes} processes and was killed"
        return "the run was stopped"

    def _exit_text(self, ending: Ending) -> str:
        told = f"the agent ended with exit code {ending.exit_code}"
        if ending.signal is not None:
            told = f"the agent was ended by signal {ending.signal}"
        return "\n".join([told, *self._observed.last_lines])

    def _output(self, status: Status) -> tuple[Any, str | None]:
        if (final := self._observed.final) is not None:
            # Out of the strict form: whoever reads the outcome as JSON must be able to.
            return json.loads(final.text).get("content"), str(final.value.get("format") or "markdown")
        if self._is_shell and status == "success":
            return self._observed.stdout, "markdown"
        streamed = self._observed.streamed
        return (streamed, "markdown") if streamed else (None, None)

    def _close(self, outcome: Outcome, mask: Callable[[str], str]) -> None:
        """The run's last events, each exactly once, and the end of its span."""
        say = self._capture.say
        if outcome.error is not None and self._observed.error is None:
            self._take(say({"type": "error", "content": outcome.error}))
        if outcome.status == "success" and self._observed.final is None:
            output = outcome.output if outcome.output is not None else ""
            self._take(say({"type": "final", "content": output, "format": outcome.format or "markdown"}))
        about = {"exit_code": outcome.exit_code, "duration_ms": outcome.duration_ms}
        self._take(say({"type": "internal_run_finished", "content": about}))
        output = None if outcome.output is None else mask(_text(outcome.output))
        failed = outcome.error if outcome.status in ("error", "lost") else None
        self._report_to.end(
            status=outcome.status, exit_code=outcome.exit_code, error=failed and mask(failed), output=output
        )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)
