"""An exporter that does what it should: it counts what it gets, and says so at its end."""

import json
import os
from collections import Counter
from pathlib import Path


class Exporter:
    def __init__(self):
        self.seen = Counter()

    def __getattr__(self, hook):
        if not hook.startswith("on_"):
            raise AttributeError(hook)

        def count(**arguments):
            self.seen[hook] += 1

        return count

    def shutdown(self):
        Path(os.environ["HEALTHY"]).write_text(json.dumps(self.seen))
