from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fanlight.catalog.database import Catalog, open_catalog


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    found = open_catalog("", tmp_path)
    yield found
    found.close()
