"""A backup made under load is the moment of its cut, whole, and what was erased since does not come back."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks.server import Server
from fanlight.config import load
from fanlight.errors import ConflictError
from fanlight.ingest.backups.folder import DamagedError, verify
from fanlight.ingest.backups.restoring import restore
from fanlight.model.backup import Manifest
from fanlight.store.engine import open_store
from tests.e2e.reliability.spans import Key, Sent, wait_until_read
from tests.e2e.reliability.traffic import Traffic
from tests.figures import Tell
from tests.fixtures.waiting import until

pytestmark = pytest.mark.timeout(900)

WHOLE_S = START_S = 200.0
FLIPS = 20

DIGESTS = {
    "spans": "SELECT count(), sum(cityHash64(formatRow('JSONEachRow', *))) FROM spans"
    " WHERE seq <= {cut:UInt64}",
    "content": "SELECT count(), sum(cityHash64(formatRow('JSONEachRow', *))) FROM span_content"
    " WHERE (trace_id, span_id) IN (SELECT trace_id, span_id FROM spans WHERE seq <= {cut:UInt64})",
}
RUNS = """
SELECT run_id, cityHash64(formatRow('JSONEachRow', * EXCEPT (seq))) FROM runs FINAL
WHERE run_id IN (SELECT run_id FROM spans GROUP BY run_id HAVING max(seq) <= {cut:UInt64})
"""
"""Runs that were over at the cut. Those that went on are shorter in the backup, and over there."""
KEYS = "SELECT lower(hex(trace_id)), lower(hex(span_id)) FROM spans WHERE seq <= {cut:UInt64}"
BEYOND = "SELECT count() FROM spans WHERE seq > {cut:UInt64}"


@dataclass(frozen=True)
class Seen:
    """What a store holds up to a cut."""

    digests: dict[str, tuple[int, int]]
    runs: dict[str, int]
    keys: frozenset[Key]
    beyond: int


def look(data: Path, cuts: list[int]) -> list[Seen]:
    """What the store of a data directory that no server has holds up to each of the cuts."""
    store: Any = open_store("", data, load(environ={}, flags={"data": str(data)}))
    store.open()
    try:
        rows = store._backend.writer.rows
        return [
            Seen(
                {name: tuple(rows(sql, {"cut": cut})[0]) for name, sql in DIGESTS.items()},
                dict(map(tuple, rows(RUNS, {"cut": cut}))),
                frozenset((trace, span) for trace, span in rows(KEYS, {"cut": cut})),
                rows(BEYOND, {"cut": cut})[0][0],
            )
            for cut in cuts
        ]
    finally:
        store.close()


def asked(server: Server, method: str, path: str, body: Any = None) -> Any:
    """An answer of the API, asked for with the key of the data directory."""
    key = (server.data / "local.key").read_text().strip()
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    with server.connect() as connection:
        content = json.dumps(body).encode() if body is not None else b""
        answer = connection.request(method, path, body=content, headers=headers)
    assert answer.status < 300, (method, path, answer)
    return json.loads(answer.body)


def backed_up(server: Server) -> Manifest:
    """The manifest of a backup that was made now."""
    told = asked(server, "POST", "/api/v1/backups", {})
    until = time.monotonic() + WHOLE_S
    while told["state"] == "running":
        assert time.monotonic() < until, told
        time.sleep(0.05)
        told = asked(server, "GET", f"/api/v1/backups/{told['name']}")
    assert told["state"] == "complete", told
    return verify(Path(told["path"]))


def served_once(data: Path) -> None:
    """A server takes what waits in the log, and ends."""
    server = Server(data).start(timeout_s=START_S)
    try:
        until = time.monotonic() + WHOLE_S
        while waiting_bytes(server):
            assert time.monotonic() < until, "the log is not taken"
            time.sleep(0.05)
        assert server.stop(timeout_s=60) == 0
    finally:
        server.end()


def waiting_bytes(server: Server) -> int:
    """What the log holds that the store has yet to take."""
    with server.connect() as connection:
        text = connection.request("GET", "/metrics").body.decode()
    return int(text.partition("\nfanlight_log_backlog_bytes ")[2].partition("\n")[0])


def restored(backup: Path, target: Path) -> None:
    config = load(environ={}, flags={"data": str(target), "retention_days": 0})
    restore(backup, target, config, by="a test", thoroughly=True)


def test_a_backup_under_load_is_the_moment_of_its_cut(
    tmp_path: Path, sent: Sent, seed: int, figure: Tell
) -> None:
    _back_up_under_load(tmp_path, sent, seed, figure, backups=1)


@pytest.mark.slow
@pytest.mark.trust("T24")
def test_ten_backups_under_load_are_the_moments_of_their_cuts(
    tmp_path: Path, sent: Sent, seed: int, figure: Tell
) -> None:
    _back_up_under_load(tmp_path, sent, seed, figure, backups=10)


def _back_up_under_load(place: Path, sent: Sent, seed: int, figure: Tell, *, backups: int) -> None:
    dice = random.Random(seed)
    server = Server(place / "data").start(timeout_s=START_S)
    made: list[tuple[Manifest, set[int]]] = []
    try:
        traffic = Traffic(
            port=lambda: server.port,
            path="/v1/traces",
            render=sent.body,
            seed=seed,
            connections=2 if backups > 1 else 1,
            pause_s=0.05,
        )
        with traffic:
            for _ in range(backups):
                traffic.wait_acked(len(traffic.ledger.acked) + dice.randrange(5, 40))
                before = set(traffic.ledger.acked)
                made.append((backed_up(server), before))
            traffic.wait_acked(len(traffic.ledger.acked) + 5)
            ledger = traffic.stop()
        wait_until_read(server, sent, ledger)
        assert server.stop(timeout_s=60) == 0
    finally:
        server.end()
    first = look(place / "data", [manifest.cut_seq for manifest, _ in made])
    everything = sent.keys(ledger.sent)
    unequal, lost, strangers = [], 0, 0
    for number, ((manifest, before), origin) in enumerate(zip(made, first, strict=True)):
        target = place / f"restored-{number}"
        restored(place / "data" / "backups" / manifest.name, target)
        served_once(target)
        (again,) = look(target, [manifest.cut_seq])
        is_equal = again.digests == origin.digests and origin.runs.items() <= again.runs.items()
        unequal += [] if is_equal else [number]
        lost += len(sent.keys(before).keys() - again.keys)
        strangers += len(again.keys - everything.keys()) + again.beyond
    spans = sum(len(seen.keys) for seen in first)
    value = (
        f"{backups - len(unequal)} of {backups} equal, {spans:,} spans; {lost} lost, {strangers} strangers"
    )
    figure(
        test="T24",
        what=f"backup under load, {backups} times, restored",
        target="hash equal at the cut, 0 acknowledged lost",
        value=value,
        ok=not unequal and not lost and not strangers,
    )
    _flip(place / "data" / "backups" / made[-1][0].name, dice, figure)


def _flip(backup: Path, dice: random.Random, figure: Tell) -> None:
    """One flipped bit, anywhere in any file of the backup, is found and named."""
    files = [file.path for file in verify(backup).files if file.bytes]
    found = 0
    for path in [*files, *dice.choices(files, k=max(0, FLIPS - len(files)))]:
        at = dice.randrange((backup / path).stat().st_size)
        _toggle(backup / path, at)
        try:
            verify(backup)
        except DamagedError as error:
            found += path in str(error)
        _toggle(backup / path, at)
    verify(backup)
    asked_for = max(FLIPS, len(files))
    value = f"{found} of {asked_for} found and named"
    figure(test="T24", what="one flipped bit", target="found", value=value, ok=found == asked_for)


def _toggle(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 4]))


ANN = "ann-4711@example.org"


def test_a_restored_backup_does_not_bring_back_who_was_erased_since(tmp_path: Path) -> None:
    from tests.e2e.studio.telemetry import Sender, Span

    server = Server(tmp_path / "data").start(timeout_s=START_S)
    try:
        url = f"http://127.0.0.1:{server.port}"
        sender = Sender(studio=url, otlp=url, project="default")
        for user in (ANN, "bob"):
            sender.spans([Span(name="invoke_agent planner", attributes={"user.id": user})])
        sender.wait(runs=2, spans=2)
        command = [str(Path(sys.executable).with_name("fanlight")), "backup", "create", "--json"]
        command += ["--url", url, "--data", str(server.data)]
        made = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        deletions = "/api/v1/projects/default/deletions"
        told = asked(server, "POST", deletions, {"user": ANN})
        assert told["backups"] == [made["name"]]
        assert server.stop() == 0
    finally:
        server.end()
    target = tmp_path / "again"
    (target / "lost+found").mkdir(parents=True)  # as a new volume has it
    command = [str(Path(sys.executable).with_name("fanlight")), "restore", "--json", "--verify"]
    command += ["--from", made["path"], "--data", str(target)]
    done = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert (done["erased_again"], done["rows"] > 0) == ([told["id"]], True)
    # Whoever leaves the list away has them back: it is the list that keeps them out.
    (tmp_path / "none.json").write_text("[]")
    command[command.index(str(target))] = str(tmp_path / "with-all")
    subprocess.run([*command, "--deletions", str(tmp_path / "none.json")], check=True, capture_output=True)
    with_all = tmp_path / "with-all"
    assert (users(target, {"bob"}), users(with_all, {ANN, "bob"})) == ({"bob"}, {ANN, "bob"})
    with pytest.raises(ConflictError, match="is not empty"):
        restored(Path(made["path"]), target)


def test_a_server_that_is_told_how_often_backs_itself_up(tmp_path: Path) -> None:
    def backups() -> list[str]:
        return [each["state"] for each in asked(server, "GET", "/api/v1/backups")["items"]]

    def newest() -> str:
        with server.connect() as connection:
            text = connection.request("GET", "/metrics").body.decode()
        return text.partition("\nfanlight_last_backup_timestamp_seconds ")[2].partition("\n")[0]

    daily = {"FANLIGHT_BACKUP_EVERY_H": "24"}
    began = time.time()
    with Server(tmp_path / "data", environment=daily) as server:
        until(backups, ["complete"].__eq__)
        assert newest() == ""
    # It is younger than a day: the next start knows it, and makes none.
    with Server(tmp_path / "data", environment=daily) as server:
        told = int(until(newest))
        assert began - 1 <= told <= time.time()
        assert backups() == ["complete"]


def users(data: Path, wanted: set[str]) -> set[str]:
    """The users of the runs that a restored server shows, once it took its log and erased."""
    server = Server(data).start(timeout_s=START_S)
    try:
        verdict = asked(server, "GET", "/api/v1/audit/verify")
        assert (verdict["broken_at"], verdict["entries"] > 1) == (None, True)
        until, found = time.monotonic() + WHOLE_S, set[str]()
        while (waiting_bytes(server) or found != wanted) and time.monotonic() < until:
            found = {run["user"] for run in asked(server, "GET", "/api/v1/projects/default/runs")["items"]}
            time.sleep(0.1)
        return found
    finally:
        server.end()
