"""How many runs a median may be asked of."""

from __future__ import annotations

from typing import Any

import pytest

from fanlight.errors import InvalidError
from fanlight.model.project import ProjectScope
from fanlight.query.diff.reader import get_median_diff


@pytest.mark.parametrize("last", [-1, 0, 101])
def test_a_median_of_no_runs_or_of_too_many_is_refused_before_anything_is_read(last: int) -> None:
    nowhere: Any = None
    with pytest.raises(InvalidError) as refused:
        get_median_diff(nowhere, ProjectScope("default"), "r", last=last)
    assert str(refused.value) == f"a median of {last} runs; take 1 to 100"
