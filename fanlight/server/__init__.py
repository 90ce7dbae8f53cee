"""The composition root: the only package that names concrete parts and joins them.

receivers -> log -> writer -> store -> broker -> streams

    ground    what everything stands on: the catalog, the store, the log
    upkeep    the one thread that writes: the writer, and what it does beside
    door      who may come in, and what becomes of what they send
    running   joins them, serves until it is asked to stop, and takes them down
"""

from fanlight.server.running import Endpoints, serve

__all__ = ["Endpoints", "serve"]
