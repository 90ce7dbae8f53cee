"""Exporters for the measurement: one that works, and three kinds that must not be felt."""

import time


class Healthy:
    """Has two hooks that do nothing."""

    def on_llm_new_token(self, token):
        pass

    def on_tool_end(self, tool_name, output):
        pass


class Hung:
    """Never comes back from its first call."""

    def on_llm_new_token(self, **arguments):
        time.sleep(1000)

    on_tool_end = on_llm_new_token


class CpuHog:
    """Spins."""

    def on_llm_new_token(self, **arguments):
        while True:
            pass

    on_tool_end = on_llm_new_token


class GilHog:
    """Is in a call of C that never gives up its interpreter's lock."""

    def on_llm_new_token(self, **arguments):
        pow(3, 10**9)

    on_tool_end = on_llm_new_token
