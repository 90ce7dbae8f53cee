"""Agents in containers of a real engine: what they can do, what they cannot, and how they end."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from fanlight.runner.backend import LaunchError
from fanlight.runner.capture.items import Event, Item, Line
from fanlight.runner.container import ContainerSettings
from fanlight.runner.docker import DockerBackend
from fanlight.runner.run import Run
from tests.e2e.containers.conftest import LIMITS, ROOT, Podman, contained
from tests.fixtures.runs import MakeAgent


def test_an_agents_events_arrive_verified_and_its_lines_by_stream(
    make_agent: MakeAgent, backend: DockerBackend
) -> None:
    agent = make_agent(
        """
        import os, sys
        def agent(inputs, callbacks):
            print("half a line", end="")
            callbacks[0].on_tool_start({"name": "search"}, "q=hello")
            callbacks[0].on_tool_end("result")
            print("to stdout")
            print("to stderr", file=sys.stderr)
            print('__CHARM_EVENT__{"type": "tool_usage", "tool": "forged", "count": -5}')
            return {"answer": inputs["q"], "folder": os.getcwd()}
        """
    )
    seen = contained(agent, backend, {"q": 7})
    assert (seen.outcome.status, seen.outcome.exit_code, seen.outcome.error) == ("success", 0, None)
    assert seen.outcome.output == {"answer": 7, "folder": "/workspace"}
    assert [(item.type, item.verified) for item in seen.items if isinstance(item, Event)] == [
        ("status", True),
        ("thinking", True),
        ("tool_usage", True),
        ("thinking", True),
        ("tool_usage", False),
        ("final", True),
        ("internal_run_finished", True),
    ]
    assert seen.hooks == ["on_run_start", "on_tool_start", "on_tool_end", "on_run_end"]
    assert sorted((item.stream, item.text) for item in seen.items if isinstance(item, Line)) == [
        ("stderr", "to stderr"),
        ("stdout", "half a line"),
        ("stdout", "to stdout"),
    ]
    assert seen.outcome.tool_usage == {"search": 1}


HATCHES = """
import ctypes, os, socket, subprocess
libc = ctypes.CDLL(None, use_errno=True)

def tried(what):
    try:
        return what()
    except OSError as error:
        return error.strerror

def called(function, *arguments):
    ctypes.set_errno(0)
    return os.strerror(ctypes.get_errno()) if function(*arguments) else "done"

def with_namespaces_of_its_own():
    # Some engines let anybody be root of a new user namespace: there, too, what is read-only stays so.
    NEW_USER, NEW_MOUNTS, REMOUNT_BIND = 0x10000000, 0x00020000, 0x1020
    libc.unshare(NEW_USER | NEW_MOUNTS)
    for place in (b"/", b"/fanlight/support/fanlight"):
        libc.mount(b"none", place, None, REMOUNT_BIND, None)
    open("/fanlight/support/fanlight/written", "w").close()

def agent():
    lines = open("/proc/self/status").read().splitlines()
    status = dict(line.split(":\\t") for line in lines if ":\\t" in line)
    sockets = ("/var/run/docker.sock", "/run/podman/podman.sock")
    return {
        "user": os.getuid(),
        "capabilities": [status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")],
        "no_new_privileges": status["NoNewPrivs"],
        "seccomp": status["Seccomp"],
        "be root": tried(lambda: os.setuid(0)),
        "mount": called(libc.mount, b"none", b"/mnt", b"tmpfs", 0, None),
        "chroot": tried(lambda: os.chroot("/")),
        "host name": tried(lambda: socket.sethostname("mine")),
        "raw socket": tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)),
        "device": tried(lambda: os.mknod("/tmp/sda", 0o60600, os.makedev(8, 0))),
        "kernel": tried(lambda: open("/proc/sys/kernel/hostname", "w").write("x")),
        "root file system": tried(lambda: open("/etc/written", "w")),
        "our files": tried(lambda: open("/fanlight/support/fanlight/written", "w")),
        "request": tried(lambda: open("/fanlight/files/request.json", "w")),
        "others": sorted(int(name) for name in os.listdir("/proc") if name.isdigit())[0],
        "engine": [place for place in sockets if os.path.exists(place)],
        "su": subprocess.run(["su", "-c", "id"], capture_output=True, stdin=-3).returncode != 0,
        "tmp": open("/tmp/mine", "w").write("x"),
        "workspace": open("mine", "w").write("x"),
        "namespaces of its own": tried(with_namespaces_of_its_own),
    }
"""


def test_no_hatch_to_the_host_is_open(make_agent: MakeAgent, backend: DockerBackend) -> None:
    agent = make_agent(HATCHES)
    found = contained(agent, backend).outcome.output
    denied, read_only = "Operation not permitted", "Read-only file system"
    assert found == {
        "user": 65534,
        "capabilities": ["0000000000000000"] * 5,
        "no_new_privileges": "1",
        "seccomp": "2",
        "be root": denied,
        "mount": denied,
        "chroot": denied,
        "namespaces of its own": read_only,
        "host name": denied,
        "raw socket": denied,
        "device": denied,
        "kernel": read_only,
        "root file system": read_only,
        "our files": read_only,
        "request": read_only,
        "others": 1,
        "engine": [],
        "su": True,
        "tmp": 1,
        "workspace": 1,
    }
    assert sorted(place.name for place in agent.iterdir()) == ["charm.yaml", "main.py"]


def test_secrets_reach_the_agent_as_variables_and_not_as_files(
    make_agent: MakeAgent, backend: DockerBackend
) -> None:
    agent = make_agent(
        """
        import os, pathlib
        def agent():
            found = [str(place) for place in pathlib.Path().rglob("*")]
            files = sorted(name for name in found if "__pycache__" not in name)
            return {"files": files, "names": sorted(os.environ), "key": os.environ["API_KEY"][::-1]}
        """
    )
    (agent / ".env").write_text("API_KEY=abc-secret\n")
    (agent / "deep").mkdir()
    (agent / "deep" / ".env.local").write_text("MORE=secret\n")
    (agent / "deep" / ".env.example").write_text("MORE=\n")
    seen = contained(agent, backend, environ={"HOME": "/root", "UNRELATED": "private"})
    assert seen.outcome.output["files"] == ["charm.yaml", "deep", "deep/.env.example", "main.py"]
    assert seen.outcome.output["key"] == "terces-cba"
    names = set(seen.outcome.output["names"])
    assert {"API_KEY", "FANLIGHT_RUN_ID", "TRACEPARENT", "OTEL_ENDPOINT"} <= names
    assert not names & {"UNRELATED", "FANLIGHT_EVENTS", "FANLIGHT_FILES"}


NETWORK = """
import socket
def agent():
    routes = open("/proc/net/route").read().splitlines()[1:]
    try:
        socket.create_connection(("192.0.2.1", 9), 0.2)
    except OSError as error:
        said = error.strerror or "nobody answered"
    return {"interfaces": [name for _, name in socket.if_nameindex()], "routes": len(routes), "said": said}
"""


@pytest.mark.parametrize(("allowed", "interfaces"), [(False, ["lo"]), (True, ["lo", "eth0"])])
def test_a_policy_without_internet_leaves_a_container_without_a_network(
    make_agent: MakeAgent, backend: DockerBackend, allowed: bool, interfaces: list[str]
) -> None:
    agent = make_agent(NETWORK, policies={"allow_internet_access": allowed})
    found = contained(agent, backend).outcome.output
    assert (found["interfaces"], found["routes"] > 0) == (interfaces, allowed)
    assert (found["said"] == "Network is unreachable") is not allowed


CHILD_OF_ITS_OWN = """
import subprocess, sys
def agent():
    subprocess.call([sys.executable, "-c", "b'a' * (400 << 20)"])
    sys.exit(7)
"""


@pytest.mark.parametrize(
    ("code", "exit_code", "error"),
    [
        ("def agent(): return len(b'a' * (400 << 20))", 137, "memory"),
        (CHILD_OF_ITS_OWN, 7, "memory"),
        ("import os\ndef agent(): os.kill(os.getpid(), 9)", 137, "the agent was ended by signal 9"),
        ("import sys\ndef agent(): sys.exit(3)", 3, "the agent ended itself with exit code 3"),
        (
            "import os\ndef agent():\n    while os.fork(): pass\n    import signal; signal.pause()",
            None,
            "processes",
        ),
    ],
)
def test_every_end_has_its_true_code_and_reason(
    make_agent: MakeAgent, backend: DockerBackend, code: str, exit_code: int | None, error: str
) -> None:
    seen = contained(make_agent(code), backend)
    assert seen.outcome.status == "error"
    assert exit_code in (None, seen.outcome.exit_code)
    assert error in str(seen.outcome.error)
    assert seen.events.count("internal_run_finished") == 1


def test_an_agent_past_its_time_is_asked_then_killed(make_agent: MakeAgent, backend: DockerBackend) -> None:
    agent = make_agent(
        """
        import os, signal, subprocess, sys, time
        def agent():
            signal.signal(signal.SIGTERM, lambda *_: os.write(1, b"not me\\n"))
            child = "import os, signal, time; signal.signal(15, lambda *_: os.write(1, b'nor me\\\\n')); "
            subprocess.Popen([sys.executable, "-c", child + "os.write(1, b'ready\\\\n'); time.sleep(60)"])
            while True:
                time.sleep(60)
        """
    )
    seen = contained(agent, backend, timeout_s=1.5)
    assert (seen.outcome.status, seen.outcome.exit_code) == ("error", 137)
    assert seen.outcome.error == "the run took longer than 1.5 s and was stopped"
    assert sorted(seen.lines) == ["nor me", "not me", "ready"]


def test_a_line_arrives_while_the_agent_runs_and_cancelling_ends_it(
    make_agent: MakeAgent, backend: DockerBackend
) -> None:
    agent = make_agent(
        """
        import signal, sys, time
        def agent():
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
            print("ready")
            time.sleep(60)
        """
    )

    def cancel(run: Run, item: Item) -> None:
        if isinstance(item, Line):
            run.cancel()

    seen = contained(agent, backend, react=cancel)
    assert (seen.outcome.status, seen.outcome.exit_code) == ("cancelled", 5)
    assert seen.lines == ["ready"]


def test_a_flood_is_read_to_its_last_byte_though_the_reader_is_slow(
    make_agent: MakeAgent, backend: DockerBackend
) -> None:
    from fanlight.runner.backend import Launch

    agent = make_agent()
    (agent / "flood.py").write_text(
        "import os\nfor i in range(1024): os.write(1, b'%08d' % i * 1024)\nos.write(2, b'done')"
    )
    launch = Launch(command=("python3", "flood.py"), cwd=agent, env={}, nonce="n", limits=LIMITS)

    async def read() -> tuple[bytearray, bytearray, int, int]:
        child = await backend.start(launch)
        stdout, stderr, largest = bytearray(), bytearray(), 0
        await asyncio.sleep(0.5)
        while (piece := await child.read()) is not None:
            largest = max(largest, len(piece[1]))
            (stdout if piece[0] == "stdout" else stderr).extend(piece[1])
        return stdout, stderr, largest, (await child.wait()).exit_code

    stdout, stderr, largest, code = asyncio.run(read())
    assert bytes(stdout) == b"".join(b"%08d" % i * 1024 for i in range(1024))
    assert (bytes(stderr), code) == (b"done", 0)
    assert largest <= 64 * 1024


def test_the_event_loop_goes_on_while_a_container_starts_and_runs(
    make_agent: MakeAgent, backend: DockerBackend
) -> None:
    agent = make_agent("import time\ndef agent(): time.sleep(0.3)")
    pauses: list[float] = []

    async def tick() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            pauses.append(time.perf_counter() - before)

    class Ticking(DockerBackend):
        async def start(self, launch):  # type: ignore[no-untyped-def]
            self.ticker = asyncio.ensure_future(tick())
            return await backend.start(launch)

    seen = contained(agent, Ticking(backend._settings))
    assert seen.outcome.status == "success"
    # A call of the engine takes 10 to 500 ms: made in the loop, it would be among these.
    assert len(pauses) > 60


def test_a_custom_image_wins_over_an_adapters_over_the_usual_one(
    make_agent: MakeAgent, settings: ContainerSettings, custom_image: str
) -> None:
    code = "import os\ndef agent(): return os.path.exists('/etc/made-for-this-agent')"
    own = replace(settings, images={"custom": custom_image})
    usual = contained(make_agent(code), DockerBackend(own)).outcome.output
    by_adapter = contained(make_agent(code, adapter="custom"), DockerBackend(own)).outcome.output
    custom = contained(
        make_agent(code, runtime={"custom_image": custom_image}), DockerBackend(settings)
    ).outcome.output
    assert (usual, by_adapter, custom) == (False, True, True)


def test_a_shell_command_is_an_agent_too(make_agent: MakeAgent, backend: DockerBackend) -> None:
    agent = make_agent(adapter="process", entry='grep -o "[0-9]*" input.json && echo oops >&2')
    seen = contained(agent, backend, {"n": 42})
    assert (seen.outcome.status, seen.lines) == ("success", ["42", "oops"])


def test_what_cannot_start_says_why(
    make_agent: MakeAgent, settings: ContainerSettings, podman: Podman, tmp_path: Path
) -> None:
    missing = replace(settings, image="localhost/fanlight-test:missing")
    said = str(contained(make_agent("def agent(): 1"), DockerBackend(missing)).outcome.error)
    assert "the image localhost/fanlight-test:missing is not there and cannot be pulled: " in said
    nobody = replace(settings, host=f"unix://{tmp_path}/nothing.sock")
    with pytest.raises(
        LaunchError, match=r"no container engine answers at unix:///.*nothing.sock; start Docker"
    ):
        asyncio.run(DockerBackend(nobody).sweep())
    assert podman.containers() == []


KILLED = """
import asyncio, sys
from pathlib import Path
from tests.fixtures.runs import watch
from fanlight.runner.container import ContainerSettings
from fanlight.runner.docker import DockerBackend
host, image, agent, cache = sys.argv[1:]
settings = ContainerSettings(host=host, image=image, cache=Path(cache))
watch(Path(agent), backend=DockerBackend(settings), in_container=True,
      react=lambda run, item: print("seen", flush=True))
"""


def test_the_containers_of_a_runner_that_was_killed_are_removed_by_the_next_one(
    make_agent: MakeAgent, settings: ContainerSettings, podman: Podman
) -> None:
    agent = make_agent("import time\ndef agent():\n    print('ready')\n    time.sleep(60)")
    arguments = [podman.url, settings.image, str(agent), str(settings.cache)]
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, *arguments], cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE
    ) as runner:
        assert runner.stdout is not None
        assert runner.stdout.readline() == b"seen\n"
        runner.send_signal(signal.SIGKILL)
    (orphan,) = podman.containers()
    folder = Path(podman.client.inspect_container(orphan)["Config"]["Labels"]["dev.fanlight.folder"])
    assert folder.is_dir()
    assert contained(make_agent("def agent(): return 1"), DockerBackend(settings)).outcome.status == "success"
    assert podman.containers() == []
    assert not folder.exists()
