"""Small data for the properties: log records and runs as rows, and what they are to a plain evaluator."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

START = datetime(2026, 9, 21, 14, 0, tzinfo=UTC)
WORDS = ("alpha", "beta", "time", "out", "Timeout", "a-b", "x.y", "été")
NAMES = ("", "planner", "plan b", "search", "50%_off", "it's", 'say "hi"', "back\\slash")


@dataclass(frozen=True, slots=True)
class LogRow:
    seq: int
    severity: int
    service: str
    event: str
    body: str
    attributes: dict[str, str] = field(default_factory=dict)

    def columns(self, project: str) -> dict[str, Any]:
        return {
            "project_id": project,
            "time": START + timedelta(milliseconds=self.seq),
            "seq": self.seq,
            "severity_number": self.severity,
            "service": self.service,
            "event_name": self.event,
            "body": self.body,
            "body_type": 1,
            "received_at": START,
            "attributes": self.attributes,
            "attribute_types": [1] * len(self.attributes),
            "retention_days": 20_000,
        }


@dataclass(frozen=True, slots=True)
class RunRow:
    seq: int
    status: str
    name: str
    agents: list[str]
    models: list[str]
    duration_ms: int | None
    cost: Decimal | None
    tokens_input: int | None
    tokens_output: int | None
    error_type: str
    error_message: str

    @property
    def id(self) -> str:
        return f"{self.seq:032x}"

    @property
    def started_at(self) -> datetime:
        return START + timedelta(minutes=self.seq)

    def columns(self, project: str) -> dict[str, Any]:
        ended = (
            None if self.duration_ms is None else self.started_at + timedelta(milliseconds=self.duration_ms)
        )
        return {
            "project_id": project,
            "run_id": self.id,
            "trace_id": self.seq.to_bytes(16, "big"),
            "started_at": self.started_at,
            "ended_at": ended,
            "heard_at": self.started_at,
            "seq": self.seq,
            "status": self.status,
            "name": self.name,
            "agents": self.agents,
            "models": self.models,
            "cost": self.cost,
            "tokens_input": self.tokens_input,
            "tokens_output": self.tokens_output,
            "error_type": self.error_type,
            "error_message": self.error_message,
            "retention_days": 20_000,
        }


def log_rows(count: int, generator: random.Random) -> list[LogRow]:
    """The same rows for the same generator."""
    return [
        LogRow(
            seq=seq,
            severity=generator.randrange(25),
            service=generator.choice(NAMES),
            event=generator.choice(NAMES),
            body=_text(generator),
            attributes={
                key: generator.choice(["", "1", "7.5", "x"])
                for key in ("k", "user id", "a.b")
                if generator.random() < 0.5
            },
        )
        for seq in range(1, count + 1)
    ]


def run_rows(count: int, generator: random.Random) -> list[RunRow]:
    """The same rows for the same generator."""
    return [
        RunRow(
            seq=seq,
            status=generator.choice(["running", "success", "error", "lost"]),
            name=generator.choice(NAMES),
            agents=generator.sample(NAMES[1:], generator.randrange(3)),
            models=generator.sample(["gpt-4o", "gpt-5", "claude"], generator.randrange(3)),
            duration_ms=generator.choice([None, 0, 1, 999, 1000, 1001, 60_000]),
            cost=generator.choice([None, Decimal(0), Decimal("0.01"), Decimal("0.010000000001"), Decimal(2)]),
            tokens_input=generator.choice([None, 0, 999, 1000]),
            tokens_output=generator.choice([None, 0, 1]),
            error_type=generator.choice(["", "ToolTimeout"]),
            error_message=_text(generator),
        )
        for seq in range(1, count + 1)
    ]


def _text(generator: random.Random) -> str:
    return " ".join(generator.choices(WORDS, k=generator.randrange(5)))
