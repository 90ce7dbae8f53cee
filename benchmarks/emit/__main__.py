"""`python -m benchmarks.emit`: this part of the table alone."""

import sys

from benchmarks.__main__ import main

sys.exit(main(["--only", "emit"]))
