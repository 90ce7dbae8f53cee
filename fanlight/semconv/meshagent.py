"""MeshAgent: project, room and session stand in the resource."""

from fanlight.semconv.dialect import Dialect

DIALECT = Dialect(
    name="meshagent",
    rank=90,
    resource={"session": ("session",), "room": ("room",)},
)
