"""What is taken away, one guard at a time, and the tests that must notice."""

from __future__ import annotations

from dataclasses import dataclass

INSERT = "tests/contract/test_insert.py"
LOG, LIVE, RECEIVERS = "tests/unit/log", "tests/unit/live/test_resuming.py", "tests/unit/receivers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sabotage:
    """One guard less: `old`, which stands once in `file`, becomes `new`; one of `tests` must then fail.

    `promise` is the one of GUARANTEES.md that is broken.
    """

    promise: str
    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


TABLE: tuple[Sabotage, ...] = (
    Sabotage(
        promise="G1",
        what="the fsync of the log",
        file="ingest/segment.py",
        old="        self._disk.sync(self._file)\n        if not self._named:",
        new="        if not self._named:",
        tests=("tests/property/log/test_power_cut.py",),
    ),
    Sabotage(
        promise="G1",
        what="the fsync of the log's directory",
        file="ingest/segment.py",
        old="            self._disk.sync_directory(self.path.parent)\n",
        new="",
        tests=("tests/property/log/test_power_cut.py",),
    ),
    Sabotage(
        promise="G1",
        what="waiting for the flush before the answer",
        file="ingest/log.py",
        old="        return await done\n",
        new="        await asyncio.sleep(0)\n        return 1\n",
        tests=(f"{LOG}/test_log.py::test_an_answer_waits_for_the_flush",),
    ),
    Sabotage(
        promise="G1",
        what="leaving a file alone once its flush failed",
        file="ingest/segment.py",
        old="            self._disk.truncate(self._file, self.kept)\n",
        new="            pass\n",
        tests=(
            f"{LOG}/test_faults.py::test_a_failed_batch_is_refused_and_never_read_while_its_neighbours_stay",
        ),
    ),
    Sabotage(
        promise="G1",
        what="the checksum of a record",
        file="otlp/framing.py",
        old=" or isal_zlib.crc32(view[head.rest : head.end]) != head.crc",
        new="",
        tests=(
            "tests/property/log/test_framing.py::test_any_flipped_bit_costs_exactly_the_record_that_it_is_in",
        ),
    ),
    Sabotage(
        promise="G1",
        what="the check of a zstd record's length",
        file="otlp/container.py",
        old="    if data[-1] > 0x7F or any(byte < 0x80 for byte in data[:-1]):\n        return -1\n",
        new="",
        tests=(
            "tests/property/log/test_framing.py::test_any_flipped_bit_costs_exactly_the_record_that_it_is_in",
        ),
    ),
    Sabotage(
        promise="G1",
        what="the index of traces before their spans",
        file="store/inserting.py",
        old="""            self._store("trace_index", segment, index)
        if stored:
            self._store_spans(segment, refused, longest)
""",
        new="""            if stored:
                self._store_spans(segment, refused, longest)
            self._store("trace_index", segment, index)
""",
        tests=("tests/contract/test_half_stored.py",),
    ),
    Sabotage(
        promise="G1",
        what="releasing a generation only once it is stored",
        file="ingest/writer.py",
        old="        if projects := self._insert(generation):",
        new="        self._log.release(generation)\n        if projects := self._insert(generation):",
        tests=(f"{LOG}/test_kill.py::test_a_kill_at_a_named_point_loses_and_doubles_nothing",),
    ),
    Sabotage(
        promise="G1",
        what="trying again what the disk refused the engine",
        file="store/connection.py",
        old=" or code in SYSTEM",
        new="",
        tests=("tests/unit/store/test_connection.py",),
    ),
    Sabotage(
        promise="G2",
        what="looking for spans that are stored already",
        file="store/insert/traces_known.sql",
        old="AND span_id IN (SELECT span_id FROM sought)",
        new="AND span_id IN (SELECT span_id FROM sought) AND 0",
        tests=(f"{INSERT}::test_spans_that_are_sent_again_in_other_requests_change_nothing",),
    ),
    Sabotage(
        promise="G2",
        what="sequences that are never given twice",
        file="ingest/sequence.py",
        old="        self._ceiling = max(above + 1, _read(path))",
        new="        self._ceiling = above + 1",
        tests=(f"{LOG}/test_log.py::test_sequences_stay_above_everything_given_out_when_all_was_released",),
    ),
    Sabotage(
        promise="G3",
        what="parking a poisoned record alone",
        file="ingest/poison.py",
        old="    if len(records) == 1:",
        new="    if len(records) >= 1:",
        tests=(f"{LOG}/test_writer.py",),
    ),
    Sabotage(
        promise="G4",
        what="the cap of the log",
        file="ingest/log.py",
        old="        if not backlog:\n            return\n",
        new="        return\n",
        tests=(f"{LOG}/test_log.py::test_a_log_that_is_full_refuses_until_something_is_released",),
    ),
    Sabotage(
        promise="G4",
        what="the cap of what a request inflates to",
        file="otlp/coding.py",
        old="    if size > max_bytes:\n",
        new="    if False:\n",
        tests=(f"{RECEIVERS}/test_otlp_http.py", f"{RECEIVERS}/test_otlp_grpc.py"),
    ),
    Sabotage(
        promise="G4",
        what="the cap of a request's items",
        file="otlp/scan.py",
        old="            if first > last:\n",
        new="            if False:\n",
        tests=(f"{RECEIVERS}/test_otlp_http.py::test_too_many_items_are_413",),
    ),
    Sabotage(
        promise="G4",
        what="asking for a project's quota",
        file="ingest/receivers/intake.py",
        old="        sender.check(signal)\n",
        new="",
        tests=(f"{RECEIVERS}/test_quotas.py",),
    ),
    Sabotage(
        promise="G4",
        what="the cap of a project's names",
        file="store/names.py",
        old="        room = max(most - len(self), 0)\n",
        new="        room = len(new)\n",
        tests=("tests/unit/store/test_names.py",),
    ),
    Sabotage(
        promise="G4",
        what="counting what was parked",
        file="ingest/writer.py",
        old="            self._ledger.parked(",
        new="            (lambda *counted: None)(",
        tests=(f"{LOG}/test_writer.py",),
    ),
    Sabotage(
        promise="G5",
        what="counting what an exporter's ring refused",
        file="sdk/isolation/ring.py",
        old="            self._in -= size\n            next(self._refused)\n",
        new="            self._in -= size\n",
        tests=("tests/unit/isolation/test_ring.py",),
    ),
    Sabotage(
        promise="G6",
        what="the place at which a reader goes on",
        file="live/broker.py",
        old="feed.loaded if after is None else after)",
        new="feed.loaded)",
        tests=(f"{LIVE}::test_a_resumed_reader_gets_what_it_missed",),
    ),
    Sabotage(
        promise="G6",
        what="saying that something is too old to be told",
        file="live/broker.py",
        old="return Gap(reason=TOO_OLD, after=after, upto=upto, missed=missed) if missed else None",
        new="return None",
        tests=(f"{LIVE}::test_a_place_older_than_the_window_is_one_gap_and_then_live",),
    ),
    Sabotage(
        promise="G7",
        what="WHERE project of the spans of a trace",
        file="store/queries/trace_structure.sql",
        old="'finished' AS state\n    FROM spans\n    WHERE project_id = {project_id:String}\n",
        new="'finished' AS state\n    FROM spans\n    WHERE {project_id:String} != ''\n",
        tests=(f"{INSERT}::test_a_read_gives_one_projects_rows_and_no_parameter_changes_that",),
    ),
    Sabotage(
        promise="G7",
        what="comparing a key's secret",
        file="access/known_keys.py",
        old="stored is None or not hmac.compare_digest(stored.sha256, digest)",
        new="stored is None",
        tests=("tests/unit/access/test_gate.py::test_a_known_id_with_another_secret_is_unknown",),
    ),
    Sabotage(
        promise="G7",
        what="the end of a revoked key",
        file="access/known_keys.py",
        old="        if key.revoked_ns is not None:",
        new="        if False:",
        tests=("tests/unit/access/test_gate.py::test_a_revoked_key_is_refused_within_five_seconds",),
    ),
    Sabotage(
        promise="G7",
        what="refusing what the table of routes does not name",
        file="api/door.py",
        old="        self._admit(scope, found.rule, found)\n",
        new="",
        tests=("tests/unit/api/test_rights.py",),
    ),
    Sabotage(
        promise="G7",
        what="the chain of the audit log",
        file="catalog/audit.py",
        old="row.seq != count + 1 or bytes(row.hash) != _hash(before, row)",
        new="row.seq != count + 1",
        tests=("tests/unit/cli/test_people.py",),
    ),
    Sabotage(
        promise="G8",
        what="the Content-Security-Policy of scripts",
        file="api/boundary.py",
        old="\"script-src 'self'\"",
        new="\"script-src 'self' 'unsafe-inline'\"",
        tests=("tests/unit/api/test_browser.py::test_the_security_headers_are_on_every_answer",),
    ),
    Sabotage(
        promise="G8",
        what="the check of the host's name",
        file="api/guard.py",
        old="            self._hosts.check(host)\n",
        new="            pass\n",
        tests=("tests/unit/api/test_browser.py::test_a_name_that_was_pointed_here_gets_nothing",),
    ),
    Sabotage(
        promise="G9",
        what="the forms in which a secret is looked for",
        file="redact/forms.py",
        old="def forms_of(secret: str) -> set[str]:\n",
        new="def forms_of(secret: str) -> set[str]:\n    return {secret}\n",
        tests=("tests/unit/redact/test_redactor.py",),
    ),
    Sabotage(
        promise="G9",
        what="masking at the server, before the log",
        file="ingest/receivers/intake.py",
        old="checked = await self._without_secrets(signal, project, checked)\n",
        new="pass\n",
        tests=(f"{RECEIVERS}/test_redaction.py",),
    ),
    Sabotage(
        promise="G10",
        what="refusing the database of a newer release",
        file="store/migrate.py",
        old="    if current > newest:",
        new="    if False:",
        tests=("tests/contract/test_schema.py::test_a_database_of_a_newer_fanlight_is_refused",),
    ),
)
