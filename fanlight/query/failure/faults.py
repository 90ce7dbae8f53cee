"""Faults that no span calls an error: answers cut short, refusals, results that are empty or errors."""

from __future__ import annotations

from dataclasses import dataclass

from fanlight.model.step import Step
from fanlight.query.failure.content import is_cut_short, is_empty, is_malformed, is_refused, reported_error
from fanlight.query.failure.tree import Tree

_GIVES_RESULTS = frozenset({"tool", "retriever", "reranker"})


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a step that did not fail."""

    step: Step
    kind: str
    statement: str


def faults_of(tree: Tree) -> list[Fault]:
    """All of them, in order of time."""
    return [fault for step in tree.ordered if (fault := fault_of(step)) is not None]


def fault_of(step: Step) -> Fault | None:
    """What is wrong with a step that did not fail, None when nothing is."""
    if step.failed or step.end_ns is None:
        return None
    name = step.tool or step.name
    if step.kind == "llm":
        if is_refused(step):
            return Fault(step, "refused", f"{name} gave no answer: it stopped for {_reason(step)}")
        if is_cut_short(step):
            tokens = f" after {step.tokens_output:,} tokens" if step.tokens_output else ""
            return Fault(
                step, "output_truncated", f"the answer of {name} was cut short{tokens} ({_reason(step)})"
            )
        if is_malformed(step):
            return Fault(step, "invalid_output", f"{name} gave no usable answer ({_reason(step)})")
        return None
    if step.kind in _GIVES_RESULTS:
        error = reported_error(step.output)
        if error:
            return Fault(step, "tool_reported_error", f"{name} gave an error as its result: {error}")
        if is_empty(step.output):
            return Fault(step, "empty_result", f"{name} gave an empty result")
    return None


def source_of(step: Step) -> tuple[str, str]:
    """What a step is asked for: another one of the same may stand in for its result."""
    return (step.kind, "" if step.kind == "llm" else step.tool or step.name)


def _reason(step: Step) -> str:
    return step.finish_reason.strip('[]"') or "a refusal"
