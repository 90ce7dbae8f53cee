"""Log records: the order of the list, and one that is not there."""

from __future__ import annotations

from typing import Any

import pytest

from fanlight.errors import InvalidError, NotFoundError
from fanlight.query.filter import Condition
from fanlight.query.logs import get_log, list_logs
from fanlight.query.meshagent.events import list_events
from fanlight.query.page import encode_cursor

from .answers import SCOPE, Answers

UNSAID = [0, 0, "", None, 0, "", "0" * 32, "0" * 16, "", "", "", "", "", [], [], [], [], [], []]


def log_row(time_ns: int, seq: int, body: str = "hi", body_type: int = 1) -> list[Any]:
    """A row of `list_logs`: a record of which little was said."""
    rest = [body if each is None else body_type if place == 4 else each for place, each in enumerate(UNSAID)]
    return [time_ns, seq, *rest]


@pytest.mark.parametrize("order", ["", "newest", "DESC"])
def test_logs_are_in_one_of_two_orders(order: Any) -> None:
    store = Answers()
    with pytest.raises(InvalidError) as refused:
        list_logs(store, SCOPE, order=order)  # type: ignore[arg-type]
    assert (str(refused.value), store.asked) == (f"order is {order!r}; it is desc or asc", [])


def test_pages_of_logs_go_on_behind_the_last_record_in_either_order() -> None:
    rows = [log_row(7, 3), log_row(7, 2), log_row(5, 9)]
    for order, query in (("desc", "list_logs"), ("asc", "list_logs_ascending")):
        store = Answers(**{query: rows})
        page = list_logs(store, SCOPE, order=order, limit=2)  # type: ignore[arg-type]
        assert [log.id for log in page.items] == [encode_cursor("log", 7, 3), encode_cursor("log", 7, 2)]
        assert page.next == encode_cursor(f"logs {order}", 7, 2)
        list_logs(store, SCOPE, order=order, cursor=page.next)  # type: ignore[arg-type]
        assert (store.parameters[1]["place_ns"], store.parameters[1]["place_seq"]) == (7, 2)


def test_a_log_record_that_is_not_there_is_named() -> None:
    id_ = encode_cursor("log", 5, 6)
    store = Answers()
    with pytest.raises(NotFoundError) as refused:
        get_log(store, SCOPE, id_)  # type: ignore[arg-type]
    assert str(refused.value) == f"no log record {id_} in project default; fanlight logs lists them"
    assert store.parameters == [{"time_ns": 5, "seq": 6}]


@pytest.mark.parametrize(("body_type", "text", "body"), [(0, "", None), (1, "hi", "hi"), (3, "42", 42)])
def test_an_event_of_a_session_has_its_body_as_text_whatever_it_was(
    body_type: int, text: str, body: Any
) -> None:
    store = Answers(list_logs=[log_row(7, 3, text, body_type)])
    [event] = list_events(store, SCOPE, Condition()).items  # type: ignore[arg-type]
    assert (event.type, event.data["log"], event.data["body"]) == ("otel.log", text, body)
