"""MeshAgent's REST routes, for its own clients as they are published: one noun a module.

Their project id is our project's name. Errors have Fanlight's shape, whose `error.message` they know too.
"""

from __future__ import annotations

from fanlight.api.meshagent import billing, deployment, project, rooms, sessions, telemetry, usage

ROUTERS = (
    deployment.router,
    rooms.router,
    sessions.router,
    telemetry.router,
    sessions.last,
    usage.router,
    billing.router,
    project.router,
)
