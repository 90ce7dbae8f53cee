"""What runs beside and inside an agent: standard library only, started by path, in Python 3.11 and later.

Its modules import each other by relative names: in an agent's process they are not part of `fanlight`, which
there is whatever the agent itself has installed.
"""
