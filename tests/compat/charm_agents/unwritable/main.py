"""Succeeds with what is no JSON: Charm tells of the error after the end."""


def agent(inputs, callbacks=None):
    return {"status": "success", "output": {"when": object()}}
