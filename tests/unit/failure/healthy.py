# ruff: noqa: E501 - tables: one step a line, as long as its words are
"""Runs in which nothing failed, whatever it may look like."""

from .traces import Case, case, log, step

NONE = "no failure found"

HEALTHY: tuple[Case, ...] = (
    case("a plain run", "success", [
        step("root", None, "agent", "greeter", 0, 3),
        step("m1", "root", "llm", "chat", 0.1, 2, finish="stop", out="Hello"),
    ], verdict=NONE),
    case("a tool is retried after a rate limit and succeeds", "success", [
        step("root", None, "agent", "weather", 0, 9),
        step("m1", "root", "llm", "chat", 0.1, 1),
        step("t1", "root", "tool", "forecast", 2, 0.2, error="HTTPStatusError: 429 Too Many Requests", args="oslo"),
        step("t2", "root", "tool", "forecast", 4, 0.3, args="oslo", out='{"t": 3}'),
        step("m2", "root", "llm", "chat", 5, 2, finish="stop", out="3 degrees"),
    ], verdict=NONE),
    case("the client retries inside of a model call", "success", [
        step("root", None, "agent", "writer", 0, 9),
        step("m1", "root", "llm", "chat", 0.1, 7, finish="stop", out="done"),
        step("h1", "m1", "io", "POST", 0.2, 0.3, error="HTTP 503", http=503),
        step("h2", "m1", "io", "POST", 1.5, 5, http=200),
    ], verdict=NONE),
    case("the model corrects its arguments after a validation error", "success", [
        step("root", None, "agent", "booker", 0, 9),
        step("m1", "root", "llm", "chat", 0.1, 1),
        step("t1", "root", "tool", "book", 1.5, 0.1, error="ValidationError: date: Field required", args="{}"),
        step("m2", "root", "llm", "chat", 2, 1),
        step("t2", "root", "tool", "book", 3.5, 0.5, args='{"date": "2026-01-01"}', out="booked"),
        step("m3", "root", "llm", "chat", 5, 1, finish="stop", out="Booked."),
    ], verdict=NONE),
    case("a fallback model takes over", "success", [
        step("root", None, "chain", "answer", 0, 9),
        step("m1", "root", "llm", "chat gpt-4o", 0.1, 1, error="InternalServerError: 500", http=500),
        step("m2", "root", "llm", "chat claude", 1.5, 3, finish="end_turn", model="claude", out="Here you are."),
    ], verdict=NONE),
    case("one of three sources has nothing", "success", [
        step("root", None, "agent", "search", 0, 9),
        step("m1", "root", "llm", "chat", 0.1, 1),
        step("t1", "root", "tool", "search_wiki", 1.5, 0.5, args="q", out="[]"),
        step("t2", "root", "tool", "search_web", 1.5, 0.6, args="q", out='["a", "b"]'),
        step("t3", "root", "tool", "search_news", 1.5, 0.7, args="q", out='["c"]'),
        step("m2", "root", "llm", "chat", 3, 2, finish="stop", out="It is a lake."),
    ], verdict=NONE),
    case("nothing was found, and the answer says so", "success", [
        step("root", None, "agent", "support", 0, 9),
        step("m1", "root", "llm", "chat", 0.1, 1),
        step("t1", "root", "tool", "find_order", 1.5, 0.5, args="9", out="No results found."),
        step("m2", "root", "llm", "chat", 3, 2, finish="stop", out="I could not find an order with that number."),
    ], verdict=NONE),
    case("a check that finds no problem gives an empty list", "success", [
        step("root", None, "agent", "reviewer", 0, 9),
        step("m1", "root", "llm", "chat", 0.1, 1),
        step("t1", "root", "tool", "check_conflicts", 1.5, 0.5, args="x", out="[]"),
        step("t2", "root", "tool", "send_mail", 2.5, 0.5, args="x", out=""),
        step("m2", "root", "llm", "chat", 3.5, 2, finish="stop", out="All good, the mail is sent."),
    ], verdict=NONE),
    case("a job is polled until it is done", "success", [
        step("root", None, "agent", "renderer", 0, 60),
        *[step(f"t{n}", "root", "tool", "job_status", 1 + n * 5, 0.2, args="7", out=f'{{"progress": {n * 20}}}') for n in range(6)],
        step("m1", "root", "llm", "chat", 40, 2, finish="stop", out="Rendered."),
    ], verdict=NONE),
    case("an answer was cut short and then continued", "success", [
        step("root", None, "agent", "essay", 0, 30),
        step("m1", "root", "llm", "chat", 0.1, 9, finish="length", out="Part one"),
        step("m2", "root", "llm", "chat", 10, 9, finish="stop", out="Part two"),
    ], verdict=NONE),
    case("an error log of an attempt that was made up for", "success", [
        step("root", None, "agent", "sync", 0, 9),
        step("t1", "root", "tool", "push", 1, 1, error="ConnectError: connection refused", args="x"),
        step("t2", "root", "tool", "push", 4, 1, args="x", out="ok"),
    ], logs=(log("L1", 2.01, "push failed: connection refused", span="t1"),), verdict=NONE),
    case("a tool's result speaks of errors without being one", "success", [
        step("root", None, "agent", "tutor", 0, 9),
        step("m1", "root", "llm", "chat", 0.1, 1),
        step("t1", "root", "tool", "search_docs", 1.5, 0.5, args="q", out="Errors in Python are raised with the raise statement."),
        step("m2", "root", "llm", "chat", 3, 2, finish="stop", out="Use raise."),
    ], verdict=NONE),
    case("a run that goes on", "running", [
        step("root", None, "agent", "builder", 0, None),
        step("m1", "root", "llm", "chat", 0.1, 1, finish="tool_calls"),
        step("t1", "root", "tool", "compile", 2, None, args="x"),
    ], verdict=NONE),
    case("pages of a list, one after the other", "success", [
        step("root", None, "agent", "collector", 0, 60),
        *[step(f"t{n}", "root", "tool", "list_items", 1 + n, 0.5, args=f"page={n}", out=f"[{n}]") for n in range(8)],
        step("m1", "root", "llm", "chat", 20, 2, finish="stop", out="There are eight."),
    ], verdict=NONE),
)  # fmt: skip
