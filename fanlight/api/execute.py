"""Executing published agents: the run is started here, and followed like any other."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import uuid
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.access.principal import Principal, Right
from fanlight.api.answers import described
from fanlight.api.charm import CharmRouter
from fanlight.api.closing import closing_events, closing_span
from fanlight.api.parameters import Strict
from fanlight.api.run_events import EVENT_STREAM, RunEventStream, find_run
from fanlight.api.services import Services, services_of
from fanlight.api.visitor import note, principal_of
from fanlight.api.whose import has_run, registered_agent
from fanlight.catalog.registered import Registered, Version, get_version
from fanlight.catalog.variables import check_variables, open_variables
from fanlight.errors import ConflictError, InvalidError
from fanlight.model.execution import Ending, Execution
from fanlight.model.project import ProjectScope
from fanlight.model.signal import Signal
from fanlight.query.lost import lost_spans
from fanlight.query.run_events import FINISHED, Told, read_run_events
from fanlight.redact import Redactor

AFTER_RUN_S = 3_600.0
STORED_S = 10.0
"""So long the last events of a process that ended well may take into the store."""

LOOK_S = 0.2
MOST_FILES = 1_000
MOST_FILE_CHARACTERS = 10_000_000
_TRACE_ID = re.compile(r"[0-9a-f]{32}")

charm = CharmRouter()
router = charm.router


class Asked(Strict):
    """A run to be made, as Charm's API names its parts."""

    agent_id: str = Field(min_length=1, max_length=64, description="As in the agent's charm.yaml.")
    version: str = Field(min_length=1, max_length=128, description="A published version, or `latest`.")
    input_payload: dict[str, Any] = Field(default_factory=dict, description="What goes into the agent.")
    env_vars: dict[str, str] = Field(
        default_factory=dict, description="For this run, before the agent's own settings. Never shown."
    )
    files: dict[str, str] = Field(
        default_factory=dict, max_length=MOST_FILES, description="Texts by their path in the agent's folder."
    )
    history: list[Any] = Field(default_factory=list, max_length=10_000, description="Earlier messages.")
    state_snapshot: str = Field("", max_length=10_000_000, description="What an earlier run left.")
    thread_id: str | None = Field(None, max_length=1_024, description="The conversation that goes on.")
    adapter_type: str = Field("python", max_length=64, description="Only the agent's own definition counts.")
    runtime_mode: Literal["standard", "full"] = Field("standard", description="As the definition has it.")
    lifecycle: Literal["serverless"] = Field("serverless", description="One run, from its start to its end.")
    run_id: str | None = Field(
        None, max_length=200, description="The same again is refused: a retry starts nothing twice."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """A run that will be made when it is its turn."""

    run_id: str
    scope: ProjectScope
    agent: Registered
    version: Version
    asked: Asked
    user: str | None
    began_ns: int


@charm.add("POST", "/execute", **described(EVENT_STREAM, media_type="text/event-stream"))
async def execute(request: Request, asked: Asked) -> Response:
    """Run a published agent; the answer is the stream of its events, from the first to the last.

    `X-Run-Id` names the run: hanging up does not end it, and `/v1/runs/{id}/events` goes on where this
    stopped. `X-Run-Token` is a key that reads that stream and nothing else, until an hour after the run.
    """
    services, principal = services_of(request), principal_of(request)
    scope, agent = await registered_agent(request, asked.agent_id, Right.EXECUTE)
    _check(asked)
    version = await asyncio.to_thread(get_version, services.catalog, agent, asked.version)
    run_id = run_id_of(scope.project_id, asked.run_id)
    if asked.run_id:
        await _check_new(request, services, scope, run_id)
    plan = _Plan(
        run_id=run_id,
        scope=scope,
        agent=agent,
        version=version,
        asked=asked,
        user=asked.env_vars.get("CHARM_USER_ID") or _person(principal),
        began_ns=services.clock.now_ns(),
    )
    services.executions.submit(
        scope.project_id, run_id, partial(_prepare, services, plan), partial(_settle, services, plan)
    )
    await note(request, "agent.executed", scope.project_id, agent.name, run=run_id, version=version.version)
    token = services.gate.run_tokens.for_reading(
        scope.project_id,
        run_id,
        lasts_s=services.config.execute_timeout_s + AFTER_RUN_S + _longest_wait(services),
    )
    headers = {"x-run-id": run_id, "x-run-token": token}
    still = partial(_still, services, principal, scope)
    return RunEventStream(services, scope, run_id, Told(), still=still, headers=headers)


async def _check_new(request: Request, services: Services, scope: ProjectScope, run_id: str) -> None:
    if await services.workers.ask(partial(has_run, services, run_id, scope), request.receive):
        raise ConflictError(f"run {run_id} was started before", hint=f"follow it at /v1/runs/{run_id}/events")


def run_id_of(project: str, given: str | None) -> str:
    """The trace id of a run: a new one, the one that is given, or one made of whatever name is given.

    Example:
        >>> run_id_of("default", "0af7651916cd43dd8448eb211c80319c")
        '0af7651916cd43dd8448eb211c80319c'
        >>> run_id_of("default", "job-7") == run_id_of("default", "job-7") != run_id_of("other", "job-7")
        True
    """
    if not given:
        return secrets.token_hex(16)
    plain = given.lower()
    if _is_uuid(plain):
        plain = uuid.UUID(plain).hex
    if _TRACE_ID.fullmatch(plain) and plain.strip("0"):
        return plain
    return sha256(f"{project}\0{given}".encode()).hexdigest()[:32]


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _check(asked: Asked) -> None:
    check_variables(asked.env_vars)
    if sum(map(len, asked.files.values())) > MOST_FILE_CHARACTERS:
        raise InvalidError("the files are too large", hint=f"at most {MOST_FILE_CHARACTERS:,} characters")


def _person(principal: Principal) -> str | None:
    return principal.name if principal.person_id else None


def _longest_wait(services: Services) -> float:
    """How long a run may wait for its turn, when all before it take as long as they may."""
    config = services.config
    turns = 1 + config.execute_queue // max(config.execute_workers, 1)
    return float(turns * config.execute_timeout_s)


def _still(services: Services, principal: Principal, scope: ProjectScope) -> None:
    # Whoever may execute may follow what they started, for as long as they may execute.
    services.gate.scope(services.gate.still(principal), scope.project_id, Right.EXECUTE)


async def _prepare(services: Services, plan: _Plan) -> Execution:
    """The request of a run whose turn it is: its folder of work, its environment, its keys."""
    project, asked = plan.scope.project_id, plan.asked
    folder = await asyncio.to_thread(services.bundles.work, plan.version.folder, plan.run_id, asked.files)
    settings = await asyncio.to_thread(
        open_variables, services.catalog, services.keyring, project, plan.agent.name
    )
    timeout_s = services.config.execute_timeout_s
    return Execution(
        run_id=plan.run_id,
        project=project,
        agent=str(folder),
        input=_input(asked),
        # The agent's settings are its owner's: whoever asks for a run cannot replace them.
        env={**asked.env_vars, "CHARM_HISTORY": json.dumps(asked.history), **settings},
        thread=asked.thread_id,
        user=plan.user,
        timeout_s=timeout_s,
        url=services.endpoints().studio,
        key=services.gate.run_tokens.for_sending(project, plan.run_id, lasts_s=timeout_s + AFTER_RUN_S),
    )


def _input(asked: Asked) -> dict[str, Any]:
    given = {"__charm_history__": asked.history, "__charm_state__": asked.state_snapshot}
    return {**asked.input_payload, **{name: value for name, value in given.items() if value}}


async def _settle(services: Services, plan: _Plan, ending: Ending) -> None:
    """Clean up behind a run, and close it when its process did not."""
    await asyncio.to_thread(services.bundles.drop_work, plan.run_id)
    place, is_finished = await _last_place(services, plan, STORED_S if ending.exit_code in {0, 1} else 3.0)
    if is_finished:
        return
    error = await asyncio.to_thread(_masked, services, plan, _error_of(ending))
    now_ns = services.clock.now_ns()
    duration_ms = (now_ns - plan.began_ns) // 10**6
    finish = {"exit_code": 1 if ending.exit_code is None else ending.exit_code, "duration_ms": duration_ms}
    events = closing_events(
        plan.run_id, plan.agent.name, [("error", error), (FINISHED, finish)], behind=place, now_ns=now_ns
    )
    await _close_spans(services, plan, error, was_cancelled=ending.was_cancelled)
    await services.otlp.report(plan.scope.project_id, events, Signal.LOGS)


async def _last_place(services: Services, plan: _Plan, within_s: float) -> tuple[int, bool]:
    """The last event's place, and whether the run told of its end within so many seconds."""
    ask = partial(read_run_events, services.store, plan.scope, plan.run_id)
    for _ in range(round(within_s / LOOK_S)):
        finished = await asyncio.to_thread(ask, types=[FINISHED])
        if any(event.verified for event in finished):
            return finished[-1].place, True
        await asyncio.sleep(LOOK_S)
    place = 0
    while events := await asyncio.to_thread(ask, after=place):
        place = events[-1].place
    return place, False


async def _close_spans(services: Services, plan: _Plan, error: str, *, was_cancelled: bool) -> None:
    run = await asyncio.to_thread(find_run, services, plan.scope, plan.run_id)
    if run is not None:
        ask = partial(lost_spans, services.store, plan.scope, plan.run_id, reason=error)
        count, body = await asyncio.to_thread(ask)
        if count:
            await services.otlp.report(plan.scope.project_id, body)
        return
    span = closing_span(
        plan.run_id,
        plan.agent.name,
        input_=json.dumps(_input(plan.asked), ensure_ascii=False),
        error=error,
        state="cancelled" if was_cancelled else "",
        began_ns=plan.began_ns,
        now_ns=services.clock.now_ns(),
    )
    await services.otlp.report(plan.scope.project_id, span)


def _error_of(ending: Ending) -> str:
    if ending.was_cancelled:
        return "the run was cancelled: the server stopped"
    if ending.exit_code is None:
        return ending.said
    how = f"exit status {ending.exit_code}" if ending.exit_code >= 0 else f"signal {-ending.exit_code}"
    told = f"the process of the run ended with {how} and told nothing of it"
    return f"{told}\n{ending.said}".strip()


def _masked(services: Services, plan: _Plan, text: str) -> str:
    """`text` without any value that the run was given as a secret, and without where the server keeps it."""
    text = text.replace(f"{services.bundles.work_place(plan.run_id)}/", "")
    settings = open_variables(services.catalog, services.keyring, plan.scope.project_id, plan.agent.name)
    return Redactor([*plan.asked.env_vars.values(), *settings.values()]).text(text)
