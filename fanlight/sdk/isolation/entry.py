"""The script that an agent starts: `python -I -S entry.py`, with its pipes at fixed places.

It is run by its path and not as a module, since the agent's own path may hold anything.
"""

import os
import sys

if __name__ == "__main__":
    if os.fork():
        # The agent waits for this process only. The host is nobody's child: no `os.wait()` sees it.
        os._exit(0)
    sys.path.append(__file__.rsplit(os.sep, 4)[0])
    from fanlight.sdk.isolation.host import main

    main()
