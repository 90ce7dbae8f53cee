# ruff: noqa: E501 - tables: one step a line, as long as its words are
"""Repetitions that are legitimate, and real loops: what agents do, each by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fanlight.query.loops.calls import Call

from .calls import Tape, side_by_side

Made = Callable[[], list[Call]]


def _of(story: Callable[[Tape], object]) -> Made:
    def make() -> list[Call]:
        tape = Tape()
        story(tape)
        return tape.calls

    return make


def _times(count: int, turn: Callable[[Tape, int], object]) -> Made:
    return _of(lambda tape: [turn(tape, n) for n in range(count)])


def _handoff(tape: Tape, n: int) -> None:
    tape.model().tool("transfer_to_billing", "{}", "transferred to billing")
    tape.model().tool("transfer_to_support", "{}", "transferred to support")


def _two_agents(count: int) -> Made:
    def make() -> list[Call]:
        calls: list[Call] = []
        for n in range(count):
            for agent, other in (("writer", "critic"), ("critic", "writer")):
                tape = Tape(at=n * 10 + (5 if agent == "critic" else 0), agent=agent)
                tape.model().tool(f"handoff_to_{other}", "{}", f"now {other}")
                calls += [replace(call, span_id=f"{agent}{n}{call.kind}") for call in tape.calls]
        return calls

    return make


LEGITIMATE: dict[str, Made] = {
    "a job is polled by a program and makes progress": _times(
        12, lambda t, n: t.tool("job_status", "7", f'{{"progress": {n * 8}}}').wait(5)
    ),
    "a job is polled by the model and makes progress": _times(
        6, lambda t, n: t.model().tool("job_status", "7", f'{{"progress": {n * 20}}}')
    ),
    "a job is polled with a sleep between, and nothing changes for long": _times(
        8, lambda t, n: t.model().tool("check_build", "42", '{"state": "running"}').model().tool("sleep", "30", "slept 30 s", took=30)
    ),
    "a job is polled, most of the time with the same state": _of(
        lambda t: [t.model().tool("get_run", "9", state).wait(3) for state in ["queued"] * 3 + ["running"] * 6 + ["done"]]
    ),
    "the model polls and its client waits longer each time": _of(
        lambda t: [t.model().tool("order_state", "1", "pending").wait(wait) for wait in (1, 2, 4, 8, 16, 32)]
    ),
    "pages of a list": _times(15, lambda t, n: t.model().tool("list_issues", f"page={n}", f"issues of {n}")),
    "pages behind a cursor that the tool keeps": _times(
        10, lambda t, n: t.model().tool("next_page", "{}", f"page {n}")
    ),
    "the same tool over a list of items": _times(
        20, lambda t, n: t.tool("classify", f"item {n}", "positive").wait(0.1)
    ),
    "a failing call is retried with backoff by the client": _of(
        lambda t: [t.tool("fetch", "u", None, error="503").wait(wait) for wait in (0.5, 1, 2, 4, 8)] + [t.tool("fetch", "u", "page")]
    ),
    "a failing call is retried five times at once by the client": _of(
        lambda t: [t.tool("fetch", "u", None, error="connection reset").wait(0.2) for _ in range(5)] + [t.model()]
    ),
    "a retry with backoff and chance in its pauses": _of(
        lambda t: [t.tool("charge", "c", None, error="429").wait(wait) for wait in (0.9, 1.7, 4.4, 7.6, 17.2)]
    ),
    "a heartbeat every ten seconds": _times(
        30, lambda t, n: t.tool("heartbeat", "{}", '{"alive": 1}').wait(10)
    ),
    "the same file is read again minutes apart": _times(
        6, lambda t, n: t.model().tool("read_file", "todo.md", "- one\n- two").wait(120)
    ),
    "a file is read again between edits of it": _times(
        6, lambda t, n: t.model().tool("read_file", "a.py", "same head").model().tool("edit_file", f"change {n}", "edited a.py")
    ),
    "tests are run between edits and fail in the same way": _times(
        7, lambda t, n: t.model().tool("run_tests", "{}", "1 failed").model().tool("edit_file", f"attempt {n}", "edited")
    ),
    "a page is scrolled down": _times(7, lambda t, n: t.model().tool("scroll_down", "{}", "ok")),
    "a button is clicked for the next slide": _times(
        6, lambda t, n: t.model().tool("click", "#next", '{"status": "success"}')
    ),
    "five samples of one prompt, side by side": lambda: side_by_side("ask_expert", ["same"] * 6, "blue"),
    "a long poll that waits for events": _times(
        9, lambda t, n: t.model().tool("wait_for_event", "{}", "no event", took=25)
    ),
    "a queue is emptied": _times(12, lambda t, n: t.model().tool("pop_task", "{}", f"task {n}")),
    "three identical reads, then on": _of(
        lambda t: [t.model().tool("get_weather", "oslo", "3 degrees") for _ in range(3)] + [t.model()]
    ),
    "the agent asks the same source twice in turn with another one": _of(
        lambda t: [t.model().tool("search_a", "q", "x").model().tool("search_b", "q", "y") for _ in range(2)] + [t.model()]
    ),
    "a chat in which the user asks for the balance again and again": _times(
        8, lambda t, n: t.model().tool("get_balance", "me", "12.00").model().wait(40)
    ),
    "a plan is read before each different step": _times(
        8, lambda t, n: t.model().tool("get_plan", "{}", "1. 2. 3.").model().tool("do_step", f"{n}", f"did {n}")
    ),
    "a sensor is read every five seconds by a timer and stays the same": _times(
        40, lambda t, n: t.tool("read_temperature", "room", "21.0", took=0.1).wait(5)
    ),
    "a program looks up the same setting for each of ten items": _times(
        10, lambda t, n: t.tool("get_setting", "currency", "EUR", took=0.01).tool("convert", f"{n}", f"{n} EUR", took=0.02)
    ),
    "a memory is saved after each turn": _times(
        8, lambda t, n: t.model().tool("save_memory", f"fact {n}", "saved")
    ),
}  # fmt: skip

LOOPS: dict[str, Made] = {
    "the same search, again and again, with nothing found": _times(
        6, lambda t, n: t.model().tool("search", "red shoes", '{"items": []}')
    ),
    "the same search, exactly as often as it takes": _times(
        4, lambda t, n: t.model().tool("search", "red shoes", "nothing new")
    ),
    "the same search by a slow model": _times(
        6, lambda t, n: t.model(took=45).tool("search", "red shoes", "nothing new")
    ),
    "the same wrong arguments and the same error": _times(
        6, lambda t, n: t.model().tool("book", "{}", None, error="ValidationError: date: Field required")
    ),
    "a tool that is not there is called again and again": _times(
        5, lambda t, n: t.model().tool("send_fax", "{}", None, error="ToolNotFound: send_fax")
    ),
    "a status is asked for without any pause": _times(
        12, lambda t, n: t.model(took=1).tool("job_status", "7", '{"state": "running"}', took=0.1)
    ),
    "two searches in turn": _times(
        5, lambda t, n: t.model().tool("search_a", "q", "none").model().tool("search_b", "q", "none here")
    ),
    "two agents hand the task to each other": _times(4, _handoff),
    "two agents, each in its own lane, hand the task to each other": _two_agents(5),
    "read, write, read, write the same": _times(
        4, lambda t, n: t.model().tool("read_file", "a.py", "x = 1").model().tool("write_file", "a.py x = 1", "wrote 5 bytes")
    ),
    "three tools in a circle": _times(
        4, lambda t, n: t.model().tool("plan", "{}", "p").model().tool("check", "p", "not yet").model().tool("revise", "p", "p again")
    ),
    "good work first, then a loop": _of(
        lambda t: [t.model().tool("open", f"{n}", f"page {n}") for n in range(10)] + [t.model().tool("open", "last", "the end") for _ in range(6)]
    ),
    "a loop that somebody got out of": _of(
        lambda t: [t.model().tool("grep", "TODO", "no match at all") for _ in range(5)] + [t.model().tool("ls", ".", "a b")] + [t.model()]
    ),
    "results are not reported": _times(9, lambda t, n: t.model().tool("lookup", "x", None)),
    "model calls are not reported": _times(9, lambda t, n: t.tool("lookup", "x", "same", took=0.2).wait(0.3)),
    "a program that never gets out of its while": _times(
        40, lambda t, n: t.tool("poll_once", "{}", "empty queue", took=0.01) if n else t.model()
    ),
    "the model says the same to the same prompt": _times(
        9, lambda t, n: t.model(asked="the whole prompt", said="I will look it up")
    ),
    "the same click although nothing comes of it": _times(
        10, lambda t, n: t.model().tool("click", "#buy", "element not found at #buy")
    ),
    "the same query to a database": _times(
        7, lambda t, n: t.model().tool("run_sql", "select 1", "ERROR: relation does not exist")
    ),
    "a notebook cell is executed again as it is": _times(
        5, lambda t, n: t.model(took=8).tool("execute_cell", "3", "NameError: name 'df' is not defined", took=1.5)
    ),
    "a question to a sub-agent that always asks back": _times(
        5, lambda t, n: t.model().tool("ask_researcher", "what is it?", "Could you be more specific?", took=6)
    ),
    "a retry without pause by a program, many times": _of(
        lambda t: (t.model(), [t.tool("connect", "db", None, took=0.05, error="refused") for _ in range(30)])
    ),
}  # fmt: skip
