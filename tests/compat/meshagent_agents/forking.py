"""MeshAgent's script `meshagent`, and programs of its SDK, as often as they are asked for.

Its packages take seconds to be imported, so that happens once: whatever is started is a fork. A line of stdin
is `{"start": [arguments], "environ": {...}, "out": file, "err": file}`, where arguments that begin with a
Python file run that instead of the script; it is answered by the process's id. `{"wait": id}` is answered by
its exit status.
"""

import gc
import importlib
import json
import os
import runpy
import sys
import warnings

from meshagent.cli.cli import app


def run(order: dict) -> None:
    """Be the program that is asked for. What it leaves by, its exit status included, leaves this process."""
    os.environ.update(order["environ"])
    for place, descriptor in (("out", 1), ("err", 2)):
        file = os.open(order[place], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, descriptor)
        os.close(file)
    # A line is seen as soon as it is written.
    sys.stdout.reconfigure(line_buffering=True)
    program, *rest = order["start"]
    if program.endswith(".py"):
        sys.argv = [program, *rest]
        runpy.run_path(program, run_name="__main__")
    else:
        sys.argv = ["meshagent", program, *rest]
        sys.exit(app())


for name in ("cli.developer", "cli.sessions", "otel"):
    importlib.import_module(f"meshagent.{name}")
# What a fork collects it has to copy first.
gc.collect()
gc.freeze()
# Some package has threads of its own by now; nothing of it is used in the forks.
warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)

for line in sys.stdin:
    order = json.loads(line)
    if "wait" in order:
        print(os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1]), flush=True)
    elif child := os.fork():
        print(child, flush=True)
    else:
        run(order)
        break
