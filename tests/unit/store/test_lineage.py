"""Which run a span belongs to and whose usage counts."""

from fanlight.store.lineage import Judgement, Node, judge


def node(
    span_id: str, parent: str = "", own_run: str = "", *, calls: bool = False, reports: bool = False
) -> Node:
    return Node(span_id, parent, own_run, calls=calls, reports=reports)


def test_the_nearest_ancestor_with_a_run_of_its_own_decides():
    nodes = [node("d", "c"), node("c", "b", "inner"), node("b", "a", "outer"), node("a"), node("e", "b")]
    runs = {each.span_id: each.run_id for each in judge(nodes, trace_run="trace")}
    assert runs == {"a": "trace", "b": "outer", "c": "inner", "d": "inner", "e": "outer"}


def test_parents_that_are_missing_or_go_round_end_the_way_up():
    nodes = [node("a", "b"), node("b", "a"), node("c", "gone"), node("self", "self", reports=True)]
    assert judge(nodes, trace_run="t") == [
        Judgement("a", "t", counts=False),
        Judgement("b", "t", counts=False),
        Judgement("c", "t", counts=False),
        Judgement("self", "t", counts=False),
    ]


def test_usage_counts_at_the_calls_that_nothing_below_repeats():
    nodes = [
        node("agent", reports=True),
        node("wrapper", "agent", calls=True, reports=True),
        node("http", "wrapper"),
        node("call", "http", calls=True, reports=True),
        node("silent", "agent", calls=True),
        node("other agent", "agent", reports=True),
    ]
    assert [each.span_id for each in judge(nodes, trace_run="t") if each.counts] == ["call", "other agent"]
