"""Exporters that misbehave: `bad:KIND__SITE` does KIND at SITE (`init`, a hook, `flush`, `shutdown`)."""

import builtins
import contextlib
import ctypes
import marshal
import os
import sys
import threading
import time


class Nasty(BaseException):
    pass


def fail(error):
    def misbehave(arguments):
        raise error

    return misbehave


def leak(arguments, kept=[]):  # noqa: B006 - it leaks
    for _ in range(100):
        kept.append(bytearray(b"x") * 10_000_000)
        time.sleep(0.1)


def fork_and_stay(arguments):
    if os.fork() == 0:
        time.sleep(1000)


def fork_and_return(arguments):
    os.fork()


def daemonise(arguments):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(1000)
        os._exit(0)


def thread_bomb(arguments):
    for _ in range(5000):
        threading.Thread(target=time.sleep, args=(1000,), daemon=False).start()


def cpu_hog(arguments):
    while True:
        pass


def gil_hog(arguments):
    pow(3, 10**9)


def recursion(arguments):
    recursion(arguments)


def print_flood(arguments):
    for _ in range(10_000):
        print("flood " * 20)
        print("flood " * 20, file=sys.stderr)


def monkeypatch(arguments):
    sys.stdout = sys.stderr = None
    builtins.print = os.write = os.read = time.sleep = os._exit = marshal.loads = None
    sys.modules.clear()


def close_output(arguments):
    for descriptor in (1, 2):
        with contextlib.suppress(OSError):
            os.close(descriptor)


def close_everything(arguments):
    os.closerange(0, 1024)


def mutate(arguments):
    for value in arguments.values():
        if isinstance(value, dict):
            value.clear()
        elif isinstance(value, BaseException):
            value.args = ("changed",)
    arguments.clear()


KINDS = {
    "exception": fail(ValueError("no")),
    "base_exception": fail(Nasty("no")),
    "system_exit": fail(SystemExit(9)),
    "keyboard_interrupt": fail(KeyboardInterrupt()),
    "hang": lambda arguments: time.sleep(1000),
    "slow": lambda arguments: time.sleep(0.01),
    "leak": leak,
    "os_exit": lambda arguments: os._exit(5),
    "segfault": lambda arguments: ctypes.string_at(0),
    "fork_and_stay": fork_and_stay,
    "fork_and_return": fork_and_return,
    "daemonise": daemonise,
    "thread_bomb": thread_bomb,
    "cpu_hog": cpu_hog,
    "gil_hog": gil_hog,
    "recursion": recursion,
    "print_flood": print_flood,
    "monkeypatch": monkeypatch,
    "close_output": close_output,
    "close_everything": close_everything,
    "mutate": mutate,
}
HOOKS = (
    "on_run_start", "on_run_end", "on_error", "on_tool_start", "on_tool_end", "on_tool_error",
    "on_llm_new_token", "on_agent_action",
)  # fmt: skip
SITES = ("init", *HOOKS, "flush", "shutdown")


def __getattr__(name):
    kind, _, site = name.partition("__")
    if kind not in KINDS or site not in SITES:
        raise AttributeError(name)
    misbehave = KINDS[kind]

    def at(here):
        return lambda self, **arguments: misbehave(arguments) if here == site else None

    methods = {method: at(method) for method in (*HOOKS, "flush", "shutdown")}
    return type(name, (), {**methods, "__init__": at("init")})
