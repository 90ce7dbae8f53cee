"""The ledger as Prometheus reads it: each reason a line of its own, in order."""

from __future__ import annotations

from fanlight.model.ledger import LedgerSnapshot, MaskedValues, SignalCounts, render_prometheus
from fanlight.model.signal import Signal


def test_reasons_and_kinds_are_lines_of_their_own_in_alphabetical_order() -> None:
    text = render_prometheus(
        LedgerSnapshot(
            signals=[
                SignalCounts(signal=Signal.TRACES, received=3, rejected={"too_many": 2, "bad_id": 1}),
                SignalCounts(signal=Signal.LOGS, refused={"over_logs_per_s": 4}),
            ],
            refusals=[],
            masked=[
                MaskedValues(project="lab", kind="token", values=2),
                MaskedValues(project="attic", kind="token", values=3),
                MaskedValues(project="lab", kind="email", values=1),
            ],
        )
    )
    assert [line for line in text.splitlines() if not line.startswith("#") and not line.endswith(" 0")] == [
        'fanlight_received_total{signal="traces"} 3',
        'fanlight_rejected_total{signal="traces",reason="bad_id"} 1',
        'fanlight_rejected_total{signal="traces",reason="too_many"} 2',
        'fanlight_refused_total{signal="logs",reason="over_logs_per_s"} 4',
        'fanlight_masked_total{kind="email"} 1',
        'fanlight_masked_total{kind="token"} 5',
    ]
