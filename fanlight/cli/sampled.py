"""What is not in a total because the project keeps a share of its traces: said beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from fanlight.errors import ForbiddenError, NotFoundError

if TYPE_CHECKING:
    from fanlight.cli.client import Client


def tell_sampled(client: Client) -> None:
    """Say what the client's project leaves out; nothing where it leaves out nothing."""
    from fanlight.cli.output import say

    try:
        found = client.project_get("sampling")
    except (NotFoundError, ForbiddenError):  # an older server, or a key that is not told
        return
    for line in lines_of(found):
        say(line, "yellow")


def lines_of(found: Mapping[str, Any]) -> Iterator[str]:
    """What has to be known.

    Example:
        >>> found = {"head_rate": 1, "tail_rate": 0.1, "spans_sampled": 0, "traces_thinned": 9}
        >>> list(lines_of(found))
        ['sampled: 9 runs that went well have only their summaries; totals are exact']
    """
    if found["head_rate"] < 1 or found["spans_sampled"]:
        yield (
            f"sampled: {100 * found['head_rate']:.4g}% of traces are taken; totals are of what is stored,"
            f" without {found['spans_sampled']:,} spans since the start"
        )
    if found["tail_rate"] < 1 or found["traces_thinned"]:
        yield (
            f"sampled: {found['traces_thinned']:,} runs that went well have only their summaries;"
            " totals are exact"
        )
