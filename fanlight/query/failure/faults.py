"""Faults that no span calls an error: answers cut short, refusals, results that are empty or errors."""

from __future__ import annotations

from dataclasses import dataclass

from fanlight.model.step import Step
from fanlight.query.failure.content import is_cut_short, is_empty, is_refused, reported_error
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
    found = [fault for step in tree.steps.values() if (fault := fault_of(step)) is not None]
    return sorted(found, key=lambda fault: (fault.step.start_ns, fault.step.span_id))


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
        return None
    if step.kind in _GIVES_RESULTS:
        error = reported_error(step.output)
        if error:
            return Fault(step, "tool_reported_error", f"{name} gave an error as its result: {error}")
        if is_empty(step.output):
            return Fault(step, "empty_result", f"{name} gave an empty result")
    return None


def same_source(fault: Fault, step: Step) -> bool:
    """Whether `step` asked the same thing as the faulty step, so that its result may stand in for it."""
    source = fault.step
    if source.kind == "llm":
        return step.kind == "llm"
    return step.kind == source.kind and (step.tool or step.name) == (source.tool or source.name)


def _reason(step: Step) -> str:
    return step.finish_reason.strip('[]"') or "a refusal"
