"""Prints each table of the store in a directory that has a row with a text in it, in whatever column."""

import sys
from pathlib import Path

from fanlight.store.embedded import connect

place, text = Path(sys.argv[1]), sys.argv[2]
connection = connect(str(place), place / "engine.xml", {})
tables = connection.rows(
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"
)
assert len(tables) > 10, tables
for (name,) in tables:
    question = f"SELECT count() FROM `{name}` WHERE position(toString(tuple(*)), {{text:String}}) > 0"
    if connection.rows(question, {"text": text})[0][0]:
        print(name)
connection.close()
