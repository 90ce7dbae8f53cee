"""A step: what an analysis needs to know of one span of a run."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One span of a run, narrow enough to hold a whole run of them.

    `state` is finished, open or lost; `status` is unset, ok or error; `end_ns` is None while it is open.
    Texts that were not reported are empty. `input` and `output` are the beginnings of the contents, None
    when none was reported; their hashes are of whatever the store keeps of them, 0 when there is none.
    `call_hash` stands for the tool and its normalised arguments, 0 when unknown.
    """

    span_id: str
    parent_id: str | None = None
    name: str = ""
    kind: str = "internal"
    agent: str = ""
    tool: str = ""
    model: str = ""
    service: str = ""
    state: str = "finished"
    status: str = "unset"
    error_type: str = ""
    error_message: str = ""
    http_status: int | None = None
    finish_reason: str = ""
    start_ns: int = 0
    end_ns: int | None = None
    call_hash: int = 0
    input_hash: int = 0
    output_hash: int = 0
    input: str | None = None
    output: str | None = None
    tokens_input: int | None = None
    tokens_output: int | None = None
    cost: Decimal | None = None

    @property
    def failed(self) -> bool:
        """Whether the span says that it failed."""
        return self.status == "error"

    @property
    def duration_ns(self) -> int | None:
        """From start to end, None while it is open. Clocks can run backwards; a length cannot."""
        return None if self.end_ns is None else max(self.end_ns - self.start_ns, 0)
