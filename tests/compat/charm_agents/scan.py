"""Prints, as JSON by text, the tables of a store that have a row with it, in whatever column.

Arguments: the store's directory, and the texts.
"""

import json
import sys
from pathlib import Path

from fanlight.store.embedded import connect

place, texts = Path(sys.argv[1]), sys.argv[2:]
connection = connect(str(place), place / "engine.xml", {})
tables = connection.rows(
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"
)
assert len(tables) > 10, tables
found = {text: [] for text in texts}
for (name,) in tables:
    question = f"SELECT count() FROM `{name}` WHERE position(toString(tuple(*)), {{text:String}}) > 0"
    for text in texts:
        if connection.rows(question, {"text": text})[0][0]:
            found[text].append(name)
connection.close()
print(json.dumps(found))
