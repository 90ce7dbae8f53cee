"""`jsonl` and what all exporters share: which end belongs to which begin."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from fanlight.sdk.exporters.jsonl import JsonLinesExporter
from tests.unit.exporters.conftest import Tell


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def exporter_at(path: Path, **environ: str) -> JsonLinesExporter:
    return JsonLinesExporter({"FANLIGHT_JSONL": str(path), **environ})


def test_every_begin_and_end_is_a_line(tmp_path: Path, tell: Tell) -> None:
    path = tmp_path / "run.jsonl"
    tell("jsonl", FANLIGHT_JSONL=str(path), FANLIGHT_RUN_ID="4bf9")
    lines = lines_of(path)
    assert [(line["event"], line["name"]) for line in lines] == [
        ("run_start", "charm run"),
        ("agent_action", "search"),
        ("tool_start", "search"),
        ("tool_end", "search"),
        ("tool_start", "buy"),
        ("tool_end", "buy"),
        ("stream_start", "model stream"),
        ("stream_end", "model stream"),
        ("run_end", "charm run"),
    ]
    assert {line["run"] for line in lines} == {"4bf9"}
    assert {line["parent"] for line in lines[1:-1]} == {lines[0]["span"]}
    assert lines[3]["output"] == "rain"
    assert lines[5]["error"] == {"type": "ValueError", "message": "no money"}
    assert (lines[7]["output"], lines[7]["pieces"]) == ("It will rain.", 3)
    assert (lines[8]["status"], lines[8]["error"]["message"]) == ("error", "no umbrella")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_full_file_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    exporter = exporter_at(path, FANLIGHT_JSONL_MAX_BYTES="100")
    exporter.on_run_start(run_id="local", inputs={})
    exporter.on_run_end(run_id="local", outputs={"status": "success"})
    assert [line["event"] for line in lines_of(tmp_path / "run.jsonl.1")] == ["run_start"]
    assert [line["event"] for line in lines_of(path)] == ["run_end"]


def test_a_bound_that_is_no_number_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="FANLIGHT_JSONL_MAX_BYTES is '1 MB': it is a number"):
        exporter_at(tmp_path / "run.jsonl", FANLIGHT_JSONL_MAX_BYTES="1 MB")


def test_parallel_tools_of_one_name_end_in_their_own_thread(tmp_path: Path) -> None:
    exporter = exporter_at(tmp_path / "run.jsonl")
    both = threading.Barrier(2)

    def call(text: str) -> None:
        exporter.on_tool_start(tool_name="search", input_str=text)
        both.wait(10)
        exporter.on_tool_end(tool_name="search", output=text)

    threads = [threading.Thread(target=call, args=(text,)) for text in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = lines_of(tmp_path / "run.jsonl")
    began = {line["span"]: line["input"] for line in lines if line["event"] == "tool_start"}
    ended = {line["span"]: line["output"] for line in lines if line["event"] == "tool_end"}
    assert began == ended


def test_an_unknown_tools_end_belongs_to_the_oldest_open_call(tmp_path: Path) -> None:
    exporter = exporter_at(tmp_path / "run.jsonl")
    exporter.on_tool_start(tool_name="search", input_str="1")
    exporter.on_tool_start(tool_name="fetch", input_str="2")
    exporter.on_tool_end(tool_name="Unknown", output="of the first")
    exporter.on_tool_end(tool_name="never began", output="of none")
    ends = [line for line in lines_of(tmp_path / "run.jsonl") if line["event"] == "tool_end"]
    assert [(line["name"], line["output"]) for line in ends] == [("search", "of the first")]


def test_what_never_ended_is_closed_and_says_so(tmp_path: Path) -> None:
    exporter = exporter_at(tmp_path / "run.jsonl")
    exporter.on_run_start(run_id="local", inputs={})
    exporter.on_tool_start(tool_name="search", input_str="")
    exporter.shutdown()
    exporter.shutdown()
    ends = [line for line in lines_of(tmp_path / "run.jsonl") if line["event"].endswith("_end")]
    told = [(line["event"], line["error"]["message"]) for line in ends]
    assert told == [("tool_end", "no end was reported"), ("run_end", "no end was reported")]


def test_a_failure_after_the_end_is_not_lost(tmp_path: Path) -> None:
    exporter = exporter_at(tmp_path / "run.jsonl")
    exporter.on_run_start(run_id="local", inputs={})
    exporter.on_run_end(run_id="local", outputs={"status": "success"})
    exporter.on_error(run_id="local", error=TypeError("not JSON"))
    last = lines_of(tmp_path / "run.jsonl")[-1]
    assert (last["name"], last["error"]["type"]) == ("charm run: after its end", "TypeError")


def test_values_that_fail_when_they_are_shown_are_only_named(tmp_path: Path) -> None:
    class Hostile(Exception):
        def __str__(self) -> str:
            raise SystemError("no")

    exporter = exporter_at(tmp_path / "run.jsonl")
    exporter.on_run_start(run_id="local", inputs={"x": Hostile()})
    exporter.on_error(run_id="local", error=Hostile("\ud800"))
    start, end = lines_of(tmp_path / "run.jsonl")
    assert start["input"] == '{"x": "<Hostile>"}'
    assert end["error"] == {"type": "Hostile", "message": "<Hostile>"}
