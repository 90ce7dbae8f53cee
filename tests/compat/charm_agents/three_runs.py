"""Runs the agent of `argv[1]` with each further argument, one after the other, in this process."""

import sys

from charm.core.loader import CharmLoader

for word in sys.argv[2:]:
    CharmLoader.load(sys.argv[1]).invoke({"input": word})
