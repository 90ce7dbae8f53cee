"""Fails, and says a secret that it has as it does."""


def agent(inputs, callbacks=None):
    raise ValueError("boom sk-1234567890abcdefSECRET " + inputs["input"])
