"""Send a recorded session of Claude Code, as if its last event were now."""

import json
import os
import re
import time
from pathlib import Path
from urllib.request import Request, urlopen

server = os.environ.get("FANLIGHT_URL", "http://127.0.0.1:4318")
text = (Path(__file__).parent / "claude_code.json").read_text()
times = [int(found) for found in re.findall(r'"timeUnixNano": "(\d+)"', text)]
shift_ns = time.time_ns() - max(times)
text = re.sub(r'(?<="timeUnixNano": ")\d+', lambda found: str(int(found[0]) + shift_ns), text)
# A session of its own, so that a second replay is a second session and not the first one again.
text = text.replace("7f7f2c54-8f43-4d0f-9d2f-3c1b7d1a9e11", f"replay-{time.time_ns()}")
request = Request(f"{server}/v1/logs", text.encode(), {"Content-Type": "application/json"})
print(json.loads(urlopen(request).read()))
