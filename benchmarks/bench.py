"""What every measurement needs: a place, the corpora, the load generator, and a word of progress."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rich.console import Console

from benchmarks.agents import PLAIN, SMALL
from benchmarks.corpus import Corpus, build
from benchmarks.server import PROJECT, Server


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one run of the load generator saw. Times are of the machine's monotonic clock."""

    began: float
    acks: list[tuple[float, int, float]]
    cpu_s: float
    refused: int
    rejected: int
    failures: list[str]
    sent_bytes: int

    @property
    def spans(self) -> int:
        """Spans that were answered with 200."""
        return sum(spans for _, spans, _ in self.acks)

    @property
    def seconds(self) -> float:
        """From the first request to the last answer."""
        return self.acks[-1][0] - self.began

    @property
    def latencies(self) -> list[float]:
        """How long each answer took, in seconds."""
        return [latency for _, _, latency in self.acks]

    @property
    def trouble(self) -> str:
        """What went wrong, for the table; empty when nothing did."""
        counted = {"refused": self.refused, "partial": self.rejected}
        return ", ".join([*(f"{n} {what}" for what, n in counted.items() if n), *self.failures])


class Loading:
    """A load generator at work."""

    def __init__(self, process: subprocess.Popen[bytes], result: Path) -> None:
        self._process, self._result = process, result

    @property
    def running(self) -> bool:
        """Whether it is still sending."""
        return self._process.poll() is None

    def wait(self) -> Load:
        """What it saw, once it is done. Raises RuntimeError when it broke or nothing was answered."""
        if self._process.wait() != 0:
            raise RuntimeError(f"the load generator ended with {self._process.returncode}")
        load = Load(**json.loads(self._result.read_bytes()))
        if not load.acks:
            raise RuntimeError(f"the server answered nothing: {load.trouble}")
        return load


class Bench:
    """One go of the benchmarks, in the folder `place`. `spans` is the size of the store."""

    def __init__(self, place: Path, *, spans: int, console: Console) -> None:
        self.place, self.spans, self._console = place, spans, console
        self._numbers = itertools.count(1)

    def say(self, text: str) -> None:
        """Tell what is happening now."""
        self._console.print(f"[dim]{time.strftime('%H:%M:%S', time.gmtime())}[/] {text}")

    @cached_property
    def plain(self) -> Corpus:
        """The corpus of 6.5 KB a span."""
        self.say("building the corpus of 6.5 KB a span")
        return self._saved(build(shape=PLAIN))

    @cached_property
    def small(self) -> Corpus:
        """The corpus of 2.4 KB a span, sent with gzip."""
        self.say("building the corpus of 2.4 KB a span")
        return self._saved(build(shape=SMALL))

    def _saved(self, corpus: Corpus) -> Corpus:
        corpus.save(self.place / corpus.name)
        return corpus

    def new_data(self) -> Path:
        """The path of a data directory that does not exist yet."""
        return self.place / f"data-{next(self._numbers)}"

    @contextmanager
    def load(
        self, server: Server, corpus: Corpus, *, spans: int, rate: float = 0, gzip: bool = False,
        over_days: float = 0, first_lap: int = 0, time_limit_s: float = 600,
    ) -> Iterator[Loading]:  # fmt: skip
        """Run the load generator beside the block; the parameters are its flags."""
        command = [sys.executable, "-m", "benchmarks.load", str(self.place / corpus.name)]
        command += ["--port", str(server.port), "--project", PROJECT, "--spans", str(spans)]
        command += ["--rate", str(rate), "--over-days", str(over_days), "--first-lap", str(first_lap)]
        command += ["--time-limit", str(time_limit_s), *(["--gzip"] if gzip else [])]
        result = self.place / f"load-{next(self._numbers)}.json"
        with result.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.PIPE)
        try:
            if process.stderr and process.stderr.readline() != b"ready\n":
                raise RuntimeError(f"the load generator broke: {process.stderr.read().decode()[-2_000:]}")
            yield Loading(process, result)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
