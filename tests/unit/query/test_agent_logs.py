"""What `charm logs` prints of an agent's runs."""

from __future__ import annotations

from typing import Any

import pytest

from fanlight.query.agent_logs import AgentLog, AgentLogs, find_agent_of_id, list_agent_logs

from .answers import SCOPE, Answers, run_row


@pytest.mark.parametrize(
    ("run", "status", "message"),
    [
        ({}, "success", None),
        ({"status": "error"}, "error", "the run failed"),
        ({"status": "error", "error_type": "Timeout"}, "error", "Timeout"),
        ({"status": "error", "error_type": "Timeout", "error_message": "no [b]answer[/b]"}, "error",
         r"no \[b]answer\[/b]"),
        ({"status": "lost"}, "lost", None),
        ({"status": "success", "error_message": "a step failed"}, "success", "a step failed"),
    ],
)  # fmt: skip
def test_a_run_tells_of_its_error_as_far_as_that_is_known(
    run: dict[str, Any], status: str, message: str | None
) -> None:
    store = Answers(list_runs=[run_row("r1", at=1_500, **run)], run_inputs=[("r1", '"hi"')])
    assert list_agent_logs(store, SCOPE, "planner", limit=5) == AgentLogs(  # type: ignore[arg-type]
        logs=[
            AgentLog(
                created_at="1970-01-01T00:00:01.500000+00:00",
                status=status,
                input_payload={"message": "hi"},
                error_message=message,
                run_id="r1",
            )
        ]
    )


def test_inputs_are_asked_for_those_runs_that_are_shown() -> None:
    store = Answers(list_runs=[run_row("r2"), run_row("r1")], run_inputs=[("r1", "{}")])
    found = list_agent_logs(store, SCOPE, 'a "b" \\c', limit=1_000_000)  # type: ignore[arg-type]
    assert [(log.run_id, log.input_payload) for log in found.logs] == [("r2", None), ("r1", {})]
    assert store.asked == ["runs_window", "list_runs", "run_inputs"]
    assert (store.parameters[1]["f0"], store.parameters[1]["limit"]) == ('a "b" \\c', 501)
    assert store.parameters[2] == {"runs": ["r2", "r1"]}


def test_an_agent_without_runs_has_no_logs_and_no_input_is_asked_for() -> None:
    store = Answers()
    assert list_agent_logs(store, SCOPE, "planner", limit=0) == AgentLogs(logs=[])  # type: ignore[arg-type]
    assert (store.asked, store.parameters[-1]["limit"]) == (["runs_window", "list_runs"], 2)


@pytest.mark.parametrize(("rows", "name"), [([], None), ([("planner",)], "planner")])
def test_an_agent_is_found_by_the_id_that_it_gave(rows: list[Any], name: str | None) -> None:
    store = Answers(agent_of_id=rows)
    assert find_agent_of_id(store, SCOPE, "a1") == name  # type: ignore[arg-type]
    assert store.parameters == [{"agent_id": "a1"}]
