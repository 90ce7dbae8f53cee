"""Exporters that do what a token says."""

import os
import re
import threading
import time
from pathlib import Path


class Exporter:
    """Notes each token in the file NOTES, then does it."""

    def __init__(self):
        self.kept = []

    def on_llm_new_token(self, token):
        with Path(os.environ["NOTES"]).open("a") as notes:
            notes.write(token + "\n")
        getattr(self, token.split()[0], lambda: None)()

    def hang(self):
        time.sleep(1000)

    def leak(self):
        for _ in range(200):
            self.kept.append(bytearray(b"x") * 4_000_000)
            time.sleep(0.02)

    def threads(self):
        for _ in range(40):
            threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        time.sleep(1000)

    def processes(self):
        for _ in range(8):
            if os.fork() == 0:
                time.sleep(1000)
        time.sleep(1000)

    def hold(self):
        # A call of C that never gives up the interpreter's lock.
        re.match(r"(a+)+$", "a" * 60 + "b")

    def die(self):
        os._exit(3)

    def fail(self):
        raise ValueError("told to")

    def talk(self):
        print("some words " * 1000)
        print("the last words", flush=True)
