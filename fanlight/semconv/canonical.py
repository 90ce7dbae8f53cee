"""The canonical scalars of a span as SQL: the dialects' tables, compiled.

The store's decoding queries put these expressions over their own columns. For spans they work on `pairs`:
what the attributes say as (code, text), sorted by code (`numbering`), and on their `codes`, `slots` and texts
(`said`), one array each. A scalar is what is said at the first place of its slot. An item's own attributes
come before those of its resource.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fanlight.semconv.dialect import COUNTS, Kind
from fanlight.semconv.numbering import CONTENT, NOBODY, PLACES, numbering
from fanlight.semconv.registry import dialects

IO_PREFIXES = ("http", "db", "rpc", "messaging")
"""A span of no dialect with an attribute under one of these talks to the outside."""

MOST_TOKENS = 10**12
"""More than this is no count of tokens."""

MOST_COST = 10**9
"""More than this is no cost of one span, in any currency."""

_SORTED_LEVELS = 3
_LONGEST_FIRST_TOKEN_NS = 86_400 * 10**9
_NS = {"ns": 1, "ms": 10**6, "s": 10**9}


def numbers(*, keys: str, texts: str, names: Iterable[str] = ()) -> str:
    """SQL for the number of each attribute; NOBODY's if it is empty.

    `keys` and `texts` are aligned arrays. With `names`, only keys of these scalars have a number.
    """
    found = numbering().numbers
    if names:
        found = {key: found[key] for name in names for key in _own(name)}
    return f"arrayMap((key, text) -> if(text = '', {NOBODY}, {_number('key', found)}), {keys}, {texts})"


def own(*, texts: str, numbers: str) -> str:
    """SQL for what the attributes themselves say: pairs of number and text."""
    return f"arrayFilter(of -> of.1 < {CONTENT}, arrayZip({numbers}, {texts}))"


def pairs(*, own: str) -> str:
    """SQL for all that is said: pairs of code and text, sorted by code.

    Members of JSON objects are among them, a JSON string is its text, and a key in two slots stands twice.
    """
    every = _with_members(own)
    echoes = [
        f"arrayFilter(of -> of.1 < {CONTENT}, arrayMap(of -> ({_number('of.1', echo)}, of.2), {own}))"
        for echo in numbering().echoes
    ]
    whole = f"arrayConcat({', '.join([every, *echoes])})" if echoes else every
    unquoted = "if(if(startsWith(of.2, '\"'), isValidJSON(of.2), 0), JSONExtractString(of.2), of.2)"
    return f"arraySort(of -> of.1, arrayMap(of -> (of.1, {unquoted}), {whole}))"


def slots() -> str:
    """SQL for the slots of the codes."""
    return f"arrayMap(code -> bitShiftRight(code, {PLACES.bit_length() - 1}), codes)"


def text(name: str) -> str:
    """SQL for what is said of `name`, '' when nothing is."""
    return f"said[{place(name)}]"


def place(name: str) -> str:
    """SQL for the place of the first that is said of `name`, 0 when nothing is."""
    return f"indexOf(slots, {numbering().slot(name)})"


def scalar(name: str, *, resource: str) -> str:
    """SQL for the text scalar `name`, '' when neither item nor resource has it; `resource` is a map."""
    return _first([text(name), *_inherited(name, resource)])


def found(name: str, *, texts: str, numbers: str, resource: str) -> str:
    """SQL for the text scalar `name` of an item whose `numbers` are of few names, not sorted."""
    every = numbering().numbers
    places = [f"indexOf({numbers}, {every[key]})" for key in _own(name)]
    return _first([f"{texts}[{_first_place(places)}]", *_inherited(name, resource)])


def count(name: str) -> str:
    """SQL for the number scalar `name`; NULL when it was not reported or is no count."""
    value = f"toUInt64OrNull({text(name)})"
    return f"if({value} > {MOST_TOKENS}, NULL, {value})"


def bad_tokens() -> str:
    """SQL for whether some count is said but is none."""
    slots = _set(map(numbering().slot, COUNTS))
    value = f"toUInt64OrDefault(text, toUInt64({MOST_TOKENS + 1}))"
    return f"arrayExists((slot, text) -> if(slot IN {slots}, {value} > {MOST_TOKENS}, 0), slots, said)"


def more(name: str) -> str:
    """SQL for the sum of what is said of the count `name`."""
    slot = numbering().slot(name)
    return f"arraySum((slot, text) -> if(slot = {slot}, toUInt64OrZero(text), 0), slots, said)"


def exclusive(name: str) -> str:
    """SQL for whether the number that is taken for `name` leaves out caches or reasoning."""
    every = [key for each in dialects() for key in each.exclusive if key in _own(name)]
    if not every:
        return "0"
    return f"codes[{place(name)}] IN {_set(numbering().code(name, key) for key in every)}"


def amounts() -> str:
    """SQL for the parts of the reported cost: its total, or what it is made of. -1 = that is no amount."""
    slots = {name: numbering().slot(name) for name in ("cost", "cost_input", "cost_output", "cost_more")}
    parts = (
        f"arrayConcat([{text('cost_input')}, {text('cost_output')}],"
        f" arrayFilter((text, slot) -> slot = {slots['cost_more']}, said, slots))"
    )
    has_parts = f"hasAny(slots, [{slots['cost_input']}, {slots['cost_output']}])"
    whole = f"multiIf({place('cost')} != 0, [{text('cost')}], {has_parts}, {parts}, [])"
    amount = "toDecimal128OrDefault(text, 12, toDecimal128(-1, 12))"
    return f"arrayMap(text -> {amount}, arrayFilter(text -> text != '', {whole}))"


def until_first_token(*, start_ns: str, event_names: str, event_times: str) -> str:
    """SQL for what is said of the nanoseconds from the start of a span to its first token, however absurd."""
    at, told = place("first_token"), text("first_token")
    units = {
        numbering().code("first_token", key): unit
        for each in dialects()
        for key, unit in each.first_token.items()
    }
    factor = _transform(f"codes[{at}]", {code: _NS[unit] for code, unit in units.items() if unit in _NS}, "0")
    moment = f"toUnixTimestamp64Nano(parseDateTime64BestEffortOrNull({told}, 9, 'UTC'))"
    moments = _set(code for code, unit in units.items() if unit == "at")
    events = _set(sorted({name for each in dialects() for name in each.first_token_events}))
    event = f"{event_times}[arrayFirstIndex(name -> name IN {events}, {event_names})]"
    duration = f"toFloat64OrNull({told}) * {factor}"
    # Two readings of a clock are compared as whole numbers: doubles of that size are off by hundreds.
    return (
        f"multiIf({at} != 0, if(codes[{at}] IN {moments}, {moment} - toInt64({start_ns}),"
        f" if({duration} <= {_LONGEST_FIRST_TOKEN_NS}, toInt64({duration}), NULL)),"
        f" {event} != 0, toInt64({event}) - toInt64({start_ns}), NULL)"
    )


def first_token(*, until: str) -> str:
    """SQL for the nanoseconds from the start of a span to its first token, NULL when nobody knows."""
    return f"multiIf({until} < 0, NULL, {until} <= {_LONGEST_FIRST_TOKEN_NS}, toUInt64({until}), NULL)"


def kinds_named() -> str:
    """SQL for the kinds that the attributes name, in the order of their rules; '' for a name without one."""
    table = {f"{code} {name}": kind for code, rule in _rules().items() for name, kind in rule.names.items()}
    named = _transform("concat(toString(of.1), ' ', lower(of.2))", table, "''")
    # The first slot's codes: they stand before all others.
    return f"arrayMap(of -> {named}, arrayFilter(of -> of.1 < {2 * PLACES}, pairs))"


def kind_place(*, named: str) -> str:
    """SQL for the place of what decides on the kind: a known name, an unknown one, a mere presence; or 0."""
    unknown = [code for code, rule in _rules().items() if rule.unknown]
    return _first_place(
        [
            f"arrayFirstIndex(kind -> kind != '', {named})",
            f"arrayFirstIndex(code -> code IN {_set(unknown)}, codes)",
            place("present"),
        ]
    )


def kind(*, named: str, place: str, keys: str, span_kind: str) -> str:
    """SQL for the kind of a span; one of `fanlight.model.span.KINDS`."""
    otherwise = {code: rule.unknown for code, rule in _rules().items()}
    otherwise |= {
        numbering().code("present", rule.key): rule.present
        for each in dialects()
        for rule in each.kinds
        if rule.present
    }
    prefixes = quote(f"^({'|'.join(IO_PREFIXES)})[.]")
    talks = f"arrayExists(key -> match(key, {prefixes}), {keys})"
    plain = f"multiIf({span_kind} = 3, 'io', {talks}, 'io', 'internal')"
    return (
        f"multiIf({place} = 0, {plain}, {named}[{place}] != '', {named}[{place}],"
        f" {_transform(f'codes[{place}]', otherwise, quote(''))})"
    )


def operation(*, place: str) -> str:
    """SQL for the word that named the kind, '' when no word did."""
    return f"if(codes[{place}] < {numbering().slot('present') * PLACES}, said[{place}], '')"


def dialect(*, place: str) -> str:
    """SQL for the name of the dialect that named the kind."""
    slots = {numbering().slot("kind"), numbering().slot("present")}
    names = {code: each for code, each in numbering().dialect_of.items() if code // PLACES in slots}
    return _transform(f"codes[{place}]", names, "''")


def disagree(*, named: str) -> str:
    """SQL for whether two attributes give different kinds, counts or costs for the same span."""
    slots = _set(map(numbering().slot, (*COUNTS, "cost")))
    of = f"arrayFilter(slot -> slot IN {slots}, slots)"
    values = f"arrayFilter((text, slot) -> slot IN {slots}, said, slots)"
    return (
        f"if(arrayUniq(arrayFilter(kind -> kind != '', {named})) > 1, 1,"
        f" arrayUniq({of}, {values}) > arrayUniq({of}))"
    )


def failed() -> str:
    """SQL for whether some attribute says that the span failed."""
    signs = [
        f"{numbering().code('failure', key)} {value}"
        for each in dialects()
        for key, values in each.failures.items()
        for value in values
    ]
    slot = numbering().slot("failure")
    sign = "concat(toString(of.1), ' ', lower(of.2))"
    # Last of all slots but the objects', so that few texts are looked at.
    return f"arrayExists(of -> if(of.1 < {slot * PLACES}, 0, {sign} IN {_set(signs)}), pairs)"


def names_spans(*, dialect: str) -> str:
    """SQL for whether `dialect` calls a span what its agent or tool is called."""
    return f"{dialect} IN {_set(each.name for each in dialects() if each.names_spans)}"


def provider(*, provider: str, dialect: str) -> str:
    """SQL for the name of a provider without what some dialects put behind it."""
    ends = {each.name: each.provider_until for each in dialects() if each.provider_until}
    whole = [
        f"{dialect} = {quote(name)}, splitByString({quote(end)}, {provider})[1]" for name, end in ends.items()
    ]
    return f"multiIf({', '.join(whole)}, {provider})" if whole else provider


def finish_reason() -> str:
    """SQL for why the model stopped: the first of a list (JSON, or OTLP's array of texts), or the text."""
    reason = text("finish_reason")
    return (
        f"multiIf(startsWith({reason}, '['), JSONExtractString({reason}, 1),"
        f" startsWith({reason}, '\\n'), substring({reason}, 5, ascii(substring({reason}, 4, 1))), {reason})"
    )


def call(*, given: str) -> str:
    """SQL for the arguments of a tool call, so that white space and the order of keys do not matter."""
    is_object = f"if(startsWith(trimLeft({given}), '{{'), isValidJSON({given}), 0)"
    return f"if({is_object}, {_normalised(given)}, {given})"


def _normalised(json: str, levels: int = _SORTED_LEVELS) -> str:
    """SQL for a JSON object without white space, its keys sorted down to `levels` levels."""
    if not levels:
        return json
    member = f"m{levels}"
    value = f"{member}.2"
    inner = (
        value if levels == 1 else f"if(startsWith({value}, '{{'), {_normalised(value, levels - 1)}, {value})"
    )
    members = f"arrayMap({member} -> concat({member}.1, ':', {inner}), JSONExtractKeysAndValuesRaw({json}))"
    return f"concat('{{', arrayStringConcat(arraySort({members}), ','), '}}')"


def content(which: str, *, texts: str, numbers: str, wanted: str) -> str:
    """SQL for the first content that is there; `which` is inputs, outputs or arguments. '' if not `wanted`.

    Contents are long: only the one that is wanted is ever copied.
    """
    wanted_numbers = _numbers_of(which)
    if not wanted_numbers:
        return "''"
    if wanted_numbers == sorted(wanted_numbers):
        chosen = f"arrayMin(arrayFilter(number -> number IN {_set(wanted_numbers)}, {numbers}))"
    else:
        chosen = f"arrayFirst(number -> has({numbers}, number), {wanted_numbers})"
    return f"{texts}[if({wanted}, indexOf({numbers}, {chosen}), 0)]"


def searched(*, numbers: str, most: int) -> str:
    """SQL for the places of the attributes that hold what is new in a span: the first `most` of them."""
    chosen = f"(place, number) -> number IN {_set(_numbers_of('searched'))}"
    return f"arraySlice(arrayFilter({chosen}, arrayEnumerate({numbers}), {numbers}), 1, {most})"


def has_content(*, numbers: str) -> str:
    """SQL for whether an item has an attribute with content to show: 1 or 0."""
    wanted = {each for which in ("inputs", "outputs", "searched") for each in _numbers_of(which)}
    return f"hasAny({numbers}, {sorted(wanted)})"


def quote(text: str) -> str:
    """`text` as an SQL literal; for texts of our own only, values of others are bound."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _with_members(own: str) -> str:
    """`own` and, as pairs like it, the members of those that hold a JSON object."""
    objects = {numbering().code("object", key): f"{key}." for each in dialects() for key in each.objects}
    if not objects:
        return own
    held = f"arrayFilter(of -> of.1 IN {_set(objects)}, {own})"
    outer = _members(_transform("of.1", objects, "''"), held)
    inner = _members("concat(of.1, '.')", f"arrayFilter(of -> startsWith(of.2, '{{'), {outer})")
    known = {
        key: place for key, place in numbering().numbers.items() if key.startswith(tuple(objects.values()))
    }
    both = f"arrayMap(of -> ({_number('of.1', known)}, of.2), arrayConcat({outer}, {inner}))"
    return f"arrayConcat({own}, arrayFilter(of -> if(of.2 IN ('null', '\"\"'), 0, of.1 < {CONTENT}), {both}))"


def _members(prefix: str, held: str) -> str:
    named = f"arrayMap(member -> (concat({prefix}, member.1), member.2), JSONExtractKeysAndValuesRaw(of.2))"
    return f"arrayFlatten(arrayMap(of -> {named}, {held}))"


def _number(key: str, known: Mapping[str, int] | Mapping[int, int]) -> str:
    return f"toUInt16({_transform(key, known, str(NOBODY))})"


def _inherited(name: str, resource: str) -> list[str]:
    keys = dict.fromkeys(key for each in dialects() for key in each.resource.get(name, ()))
    return [f"{resource}[{quote(key)}]" for key in keys]


def _own(name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for each in dialects() for key in each.attributes.get(name, ())))


def _keys(which: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for each in dialects() for key in getattr(each, which)))


def _numbers_of(which: str) -> list[int]:
    return [numbering().numbers[key] for key in _keys(which)]


def _rules() -> dict[int, Kind]:
    """The first rule of each attribute that names kinds, by its code."""
    rules: dict[int, Kind] = {}
    for each in dialects():
        for rule in each.kinds:
            if rule.names or rule.unknown:
                rules.setdefault(numbering().code("kind", rule.key), rule)
    return rules


def _transform(value: str, table: Mapping[int, object] | Mapping[str, object], otherwise: str) -> str:
    if not table:
        return otherwise
    return f"transform({value}, {_list(table)}, {_list(table.values())}, {otherwise})"


def _first_place(places: list[str]) -> str:
    if not places:
        return "0"
    return places[0] if len(places) == 1 else f"arrayFirst(place -> place != 0, [{', '.join(places)}])"


def _first(choices: list[str]) -> str:
    *before, last = choices
    for choice in reversed(before):
        last = f"if({choice} != '', {choice}, {last})"
    return last


def _set(values: Iterable[object]) -> str:
    """A list for IN, which takes no empty one: -1 is no number of ours."""
    return f"({', '.join(map(_literal, values)) or '-1'})"


def _list(values: Iterable[object]) -> str:
    return f"[{', '.join(map(_literal, values))}]"


def _literal(value: object) -> str:
    return quote(value) if isinstance(value, str) else str(value)
