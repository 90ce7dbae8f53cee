"""What a filter becomes: its SQL, whole, and the values that are bound to it; or why it cannot be asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from fanlight.clock import ManualClock
from fanlight.errors import InvalidError, StoreError
from fanlight.query.fields import Lookup
from fanlight.query.filter import Condition, Query, compile_filter
from fanlight.query.grammar import AllOf, Text, Unnamed, Value

NOW_NS = ManualClock().now_ns()
H = 3_600 * 10**9


class Engine:
    """Says of regular expressions whether it takes them."""

    refuses: ClassVar[Mapping[str, StoreError]] = {
        "[": StoreError("missing ]"),
        "busy": StoreError("too many queries", retryable=True),
    }

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    def read_operator(self, query: str, parameters: Mapping[str, Any]) -> list[Any]:
        self.asked.append((query, parameters))
        if error := self.refuses.get(parameters["pattern"]):
            raise error
        return []


def compiled(noun: str, query: str) -> Condition:
    return compile_filter(Engine(), noun, query, clock=ManualClock())  # type: ignore[arg-type]


DUR = "(toUnixTimestamp64Nano(ended_at) - toUnixTimestamp64Nano(started_at))"
TOKENS = "if(isNull(tokens_input), tokens_output, tokens_input + ifNull(tokens_output, 0))"
BEGINS = "(^|[\\x00-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7f])"
HEX = "0123456789abcdefABCDEF0123456789"


@pytest.mark.parametrize(
    ("noun", "query", "sql", "bound"),
    [
        ("runs", "", "", []),
        ("runs", "id:r1", "AND (run_id = {f0:String})", ["r1"]),
        ("runs", "name:a,b*", "AND (name = {f0:String} OR startsWith(name, {f1:String}))", ["a", "b"]),
        ("runs", "name:a room:b", "AND (name = {f0:String}) AND (room = {f1:String})", ["a", "b"]),
        (
            "runs", "error:x", "AND ((error_type = {f0:String} OR error_message = {f1:String}))", ["x", "x"],
        ),
        ("runs", "error:*", "AND ((error_type != '' OR error_message != ''))", []),
        ("runs", "name:~a.b", "AND (match(name, {f0:String}))", ["a.b"]),
        ("runs", "agent:a", "AND (arrayExists(member -> member = {f0:String}, agents))", ["a"]),
        ("runs", "agent:=a*", "AND (arrayExists(member -> member = {f0:String}, agents))", ["a*"]),
        ("runs", "agent:*", "AND (notEmpty(agents))", []),
        ("runs", "status:error,lost", "AND (status = 'error' OR status = 'lost')", []),
        ("runs", "status:*", "AND (1)", []),
        ("spans", "status:=ok", "AND (status_code = 1)", []),
        ("runs", "dur:2", f"AND (ifNull({DUR} = {{f0:Int64}}, 0))", [2 * 10**6]),
        ("runs", "dur:>=1.5s", f"AND (ifNull({DUR} >= {{f0:Int64}}, 0))", [15 * 10**8]),
        ("runs", "dur:<2m", f"AND (ifNull({DUR} < {{f0:Int64}}, 0))", [120 * 10**9]),
        ("runs", "dur:>-1h", f"AND (ifNull({DUR} > {{f0:Int64}}, 0))", [-H]),
        ("runs", "dur:*", f"AND (isNotNull({DUR}))", []),
        # Past 64 bits the engine would count on from the other end.
        ("runs", f"dur:>{'9' * 18}h", f"AND (ifNull({DUR} > {{f0:Int64}}, 0))", [2**63 - 1]),
        ("runs", f"dur:<-{'9' * 18}h", f"AND (ifNull({DUR} < {{f0:Int64}}, 0))", [-(2**63) + 1]),
        ("runs", "tokens:>2k", f"AND (ifNull({TOKENS} > {{f0:Float64}}, 0))", [2000.0]),
        ("runs", "tokens:<=1.5M", f"AND (ifNull({TOKENS} <= {{f0:Float64}}, 0))", [1_500_000.0]),
        ("runs", "cost:>$1.50", "AND (ifNull(cost > toDecimal128({f0:String}, 12), 0))", ["1.50"]),
        (
            "runs", f"cost:0.{'0' * 11}1", "AND (ifNull(cost = toDecimal128({f0:String}, 12), 0))",
            ["0.000000000001"],
        ),
        ("runs", "cost:*", "AND (isNotNull(cost))", []),
        (
            "runs", "started:>2026-11-21",
            "AND (ifNull(started_at > fromUnixTimestamp64Nano({f0:Int64}, 'UTC'), 0))",
            [1_795_219_200 * 10**9],
        ),
        (
            "logs", 'time:"2026-11-21T10:00:00.25+02:00"',
            "AND (ifNull(time = fromUnixTimestamp64Nano({f0:Int64}, 'UTC'), 0))",
            [1_795_248_000 * 10**9 + 250_000_000],
        ),
        (
            "runs", "started:now,now-90s,now-2m,now-2h,now-2d",
            "AND ("
            + " OR ".join(
                f"ifNull(started_at = fromUnixTimestamp64Nano({{f{n}:Int64}}, 'UTC'), 0)" for n in range(5)
            )
            + ")",
            [NOW_NS, NOW_NS - 90 * 10**9, NOW_NS - H // 30, NOW_NS - 2 * H, NOW_NS - 48 * H],
        ),
        (
            "runs", "started:>now-999999999d",
            "AND (ifNull(started_at > fromUnixTimestamp64Nano({f0:Int64}, 'UTC'), 0))", [0],
        ),
        (
            "runs", "started:>1970-01-01,2261-12-31",
            ("AND (ifNull(started_at > fromUnixTimestamp64Nano({f0:Int64}, 'UTC'), 0)"
            " OR ifNull(started_at > fromUnixTimestamp64Nano({f1:Int64}, 'UTC'), 0))"),
            [0, 9_214_560_000 * 10**9],
        ),
        ("runs", "started:*", "AND (1)", []),
        ("runs", "trace:aB*", "AND (startsWith(lower(hex(trace_id)), {f0:String}))", ["ab"]),
        ("runs", f"trace:{HEX}", "AND (trace_id = toFixedString(unhex({f0:String}), 16))", [HEX.lower()]),
        ("runs", f"trace:{HEX}*", "AND (startsWith(lower(hex(trace_id)), {f0:String}))", [HEX.lower()]),
        ("spans", "id:0123456789abcdef", "AND (span_id = toFixedString(unhex({f0:String}), 8))", [HEX[:16]]),
        ("runs", "trace:*", "AND (trace_id != toFixedString('', 16))", []),
        ("logs", "level:info", "AND (severity_number BETWEEN {f0:UInt8} AND {f1:UInt8})", [9, 12]),
        ("logs", "level:=fatal", "AND (severity_number BETWEEN {f0:UInt8} AND {f1:UInt8})", [21, 24]),
        ("logs", "level:>=warn", "AND (severity_number BETWEEN {f0:UInt8} AND {f1:UInt8})", [13, 255]),
        ("logs", "level:>warn", "AND (severity_number BETWEEN {f0:UInt8} AND {f1:UInt8})", [17, 255]),
        ("logs", "level:<=warn", "AND (severity_number BETWEEN {f0:UInt8} AND {f1:UInt8})", [1, 16]),
        ("logs", "level:<warn", "AND (severity_number BETWEEN {f0:UInt8} AND {f1:UInt8})", [1, 12]),
        ("logs", "level:*", "AND (severity_number > 0)", []),
        (
            "spans", "attr.k:v",
            "AND ((mapContains(attributes, {f0:String}) AND attributes[{f0:String}] = {f1:String}))",
            ["k", "v"],
        ),
        (
            "spans", 'attr.k:~v*,""',
            ("AND ((mapContains(attributes, {f0:String}) AND match(attributes[{f0:String}], {f1:String}))"
            " OR (mapContains(attributes, {f2:String}) AND match(attributes[{f2:String}], {f3:String})))"),
            ["k", "v*", "k", ""],
        ),
        ("spans", "attr.k:*", "AND (mapContains(attributes, {f0:String}))", ["k"]),
        (
            "spans", "resource.k:>=2k",
            "AND (ifNull(toFloat64OrNull(resource[{f0:String}]) >= {f1:Float64}, 0))", ["k", 2000.0],
        ),
        (
            "spans", "attr.k:<2 attr.k:>1 attr.k:<=0",
            ("AND (ifNull(toFloat64OrNull(attributes[{f0:String}]) < {f1:Float64}, 0))"
            " AND (ifNull(toFloat64OrNull(attributes[{f2:String}]) > {f3:Float64}, 0))"
            " AND (ifNull(toFloat64OrNull(attributes[{f4:String}]) <= {f5:Float64}, 0))"),
            ["k", 2.0, "k", 1.0, "k", 0.0],
        ),
        ("runs", "-name:a", "AND NOT (name = {f0:String})", ["a"]),
        (
            "runs", "(name:a -room:b) OR user:c",
            "AND (((name = {f0:String}) AND NOT (room = {f1:String})) OR (user = {f2:String}))",
            ["a", "b", "c"],
        ),
        # The text index is asked only where the condition must hold by itself.
        ("spans", "Plan", "AND hasAllTokens(search, {f0:String})", ["plan"]),
        ("logs", "text:Plan", "AND (hasAllTokens(body, {f0:String}))", ["plan"]),
        ("logs", "-plan", "AND NOT hasAllTokens(lower(body), {f0:String})", ["plan"]),
        (
            "logs", "text:a,b",
            "AND (hasAllTokens(lower(body), {f0:String}) OR hasAllTokens(lower(body), {f1:String}))",
            ["a", "b"],
        ),
        (
            "logs", "a OR b",
            "AND (hasAllTokens(lower(body), {f0:String}) OR hasAllTokens(lower(body), {f1:String}))",
            ["a", "b"],
        ),
        ("logs", '"-Ä"', "AND (hasAllTokens(body, {f0:String}) AND position(lower(body), {f1:String}) > 0)",
         ["-Ä", "-Ä"]),
        ("logs", '"-"', "AND position(lower(body), {f0:String}) > 0", ["-"]),
        ("logs", 'text:"Pl-"*', "AND (match(lower(body), {f0:String}))", [f"{BEGINS}pl\\-"]),
        (
            "metrics", "Plan",
            "AND (hasAllTokens(lower(name), {f0:String}) OR hasAllTokens(lower(description), {f1:String}))",
            ["plan", "plan"],
        ),
    ],
)  # fmt: skip
def test_a_filter_becomes(noun: str, query: str, sql: str, bound: list[Any]) -> None:
    condition = compiled(noun, query)
    assert (condition.sql, condition.parameters) == (sql, {f"f{n}": value for n, value in enumerate(bound)})
    assert condition.lookups == ()


OWN = "lower(concat(name, '\\n', error_type, '\\n', error_message))"


def test_a_text_of_runs_is_looked_up_before_they_are_read() -> None:
    condition = compiled("runs", "plan name:a")
    assert condition == Condition(
        terms=("run_id IN {f2:Array(String)}", "(name = {f3:String})"),
        parameters={"f0": "plan", "f1": "plan", "f2": [], "f3": "a"},
        lookups=(
            Lookup(
                name="f2",
                runs=f"hasAllTokens({OWN}, {{f0:String}})",
                spans="hasAllTokens(search, {f1:String})",
            ),
        ),
    )
    (lookup,) = condition.lookups
    assert condition.needs(lookup)
    assert condition.answered(lookup, ["r1"]).parameters == {**condition.parameters, "f2": ["r1"]}
    nested = (
        "run_id IN (SELECT run_id FROM spans WHERE project_id = {project_id:String}"
        " AND effective_start >= fromUnixTimestamp64Nano({floor_ns:Int64}, 'UTC')"
        " AND hasAllTokens(search, {f1:String})"
        " UNION ALL SELECT run_id FROM runs WHERE project_id = {project_id:String}"
        f" AND hasAllTokens({OWN}, {{f0:String}}))"
    )
    assert condition.flat().terms == condition.nested(lookup).terms == (nested, "(name = {f3:String})")


def test_a_text_that_need_not_be_there_is_not_needed() -> None:
    condition = compiled("runs", "a OR name:b")
    assert [condition.needs(lookup) for lookup in condition.lookups] == [False]
    both = compiled("runs", "a OR b").flat()
    assert "{f2:Array(String)}" not in both.sql
    assert "{f5:Array(String)}" not in both.sql


def test_two_conditions_hold_together() -> None:
    one = Condition(terms=("a",), parameters={"x": 1})
    other = compiled("runs", "plan")
    assert one.also(other) == Condition(
        terms=("a", *other.terms), parameters={"x": 1, **other.parameters}, lookups=other.lookups
    )


def test_what_names_no_session_is_asked_by_its_room_and_time() -> None:
    tree = AllOf(
        terms=(
            Text(value=Value(text="plan", column=1)),
            Unnamed(room="lobby", since_ns=5, until_ns=9),
        )
    )
    condition = compile_filter(Engine(), "logs", Query(text="plan", tree=tree))  # type: ignore[arg-type]
    assert condition.sql == (
        "AND hasAllTokens(body, {f0:String})"
        " AND (session = '' AND room = {f1:String}"
        " AND time >= fromUnixTimestamp64Nano({f2:Int64}, 'UTC')"
        " AND time < fromUnixTimestamp64Nano({f3:Int64}, 'UTC'))"
    )
    assert condition.parameters == {"f0": "plan", "f1": "lobby", "f2": 5, "f3": 9}


RUNS = (
    "runs have id, trace, status, name, agent, model, provider, tool, service, room, session, user, error,"
    " dur, cost, tokens, started, text; quote the whole to find it in the text"
)
LOGS = (
    "logs have level, type, service, room, session, trace, span, event, time, text, attr., resource.;"
    " quote the whole to find it in the text"
)
STATUS = "it is one of running, success, error, suspended, cancelled, lost"
LEVEL = "it is one of trace, debug, info, warn, error, fatal"
TIME = 'write 2026-11-21, "2026-11-21T10:00:00Z" or now-1h'
ID = "it is 32 hex digits, or fewer and a star"


@pytest.mark.parametrize(
    ("noun", "query", "column", "what", "hint"),
    [
        ("runs", "a x:1", 3, "runs have no field x", RUNS),
        ("runs", "attr.x:1", 1, 'runs have no field attr."x"', RUNS),
        ("logs", "x:1", 1, "logs have no field x", LOGS),
        ("runs", "status:no", 8, "'no' is no status", STATUS),
        ("runs", "status:error*", 8, "'error' is no status", STATUS),
        ("runs", "status:>error", 8, "status cannot be compared by >", "it takes ="),
        ("runs", "name:>=a", 6, "name cannot be compared by >=", "it takes = ~"),
        ("runs", "agent:<a", 7, "agent cannot be compared by <", "it takes = ~"),
        ("logs", "level:x", 7, "'x' is no level", LEVEL),
        ("logs", "level:info*", 7, "'info' is no level", LEVEL),
        ("logs", "level:~info", 7, "level cannot be compared by ~", "it takes = > >= < <="),
        ("runs", "dur:x", 5, "'x' is no number", "write 12 or 1.5, with one of these units: ms s m h"),
        ("runs", "dur:1d", 5, "'1d' is no number", "write 12 or 1.5, with one of these units: ms s m h"),
        ("runs", "dur:2*", 5, "'2' is no number", "write 12 or 1.5, with one of these units: ms s m h"),
        ("runs", "dur:~2", 5, "dur cannot be compared by ~", "it takes = > >= < <="),
        ("runs", "cost:>$1e", 7, "'1e' is no number", "write 12 or 1.5, with one of these units: $"),
        ("runs", "cost:$1*", 6, "'1' is no number", "write 12 or 1.5, with one of these units: $"),
        ("runs", "cost:~1", 6, "cost cannot be compared by ~", "it takes = > >= < <="),
        ("spans", "attr.k:>2s", 9, "'2s' is no number", "write 12 or 1.5, with one of these units: k M"),
        ("runs", "started:x", 9, "'x' is no time", TIME),
        ("runs", "started:1969-12-31", 9, "'1969-12-31' is no time", TIME),
        ("runs", "started:2262-01-01", 9, "'2262-01-01' is no time", TIME),
        ("runs", "started:0001-01-01", 9, "'0001-01-01' is no time", TIME),
        ("runs", 'started:"0001-01-01T00:00:00+14:00"', 9, "'0001-01-01T00:00:00+14:00' is no time", TIME),
        ("runs", "started:now*", 9, "'now' is no time", TIME),
        ("runs", "started:2026-11-21*", 9, "'2026-11-21' is no time", TIME),
        ("runs", "started:now-1w", 9, "'now-1w' is no time", TIME),
        ("runs", "started:~now", 9, "started cannot be compared by ~", "it takes = > >= < <="),
        ("runs", "trace:xy*", 7, "'xy' is no trace", ID),
        ("runs", f"trace:{HEX[1:]}", 7, f"{HEX[1:]!r} is no trace", ID),
        ("runs", f"trace:{HEX}0", 7, f"'{HEX}0' is no trace", ID),
        ("runs", f"trace:{HEX}0*", 7, f"'{HEX}0' is no trace", ID),
        ("runs", "trace:>a", 7, "trace cannot be compared by >", "it takes ="),
        ("runs", f"name:~{'a' * 257}", 7, "the regular expression is too long", "use up to 256 characters"),
        (
            "runs", "name:~[", 7, "'[' is no regular expression",
            "RE2 has no look-around and no back-references: github.com/google/re2/wiki/Syntax",
        ),
        ("runs", "text:*", 6, "text needs a word or a phrase", 'write text:word or text:"a phrase"'),
        ("runs", 'text:a,""', 8, "text needs a word or a phrase", 'write text:word or text:"a phrase"'),
        ("runs", "text:~a", 6, "text cannot be compared by ~", "it takes a word or a phrase"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_says_where_and_what_would_do(
    noun: str, query: str, column: int, what: str, hint: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        compiled(noun, query)
    assert (caught.value.message, caught.value.hint) == (f"filter, column {column}: {what}", hint)


def test_the_engine_is_asked_for_each_pattern_and_an_engine_that_is_busy_is_no_fault_of_the_filter() -> None:
    engine = Engine()
    compile_filter(engine, "runs", f"name:~{'a' * 256} -room:~b")  # type: ignore[arg-type]
    assert engine.asked == [("check_pattern", {"pattern": "a" * 256}), ("check_pattern", {"pattern": "b"})]
    with pytest.raises(StoreError, match="too many queries"):
        compiled("runs", "name:~busy")
