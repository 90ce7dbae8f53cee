"""The OpenAPI document: routes from FastAPI, shapes from the msgspec structs that are really sent."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from fanlight import __version__
from fanlight.api.account import Login
from fanlight.api.agent_env import AgentVariable
from fanlight.api.agents import Agent
from fanlight.api.audit import AuditEntry, Verification
from fanlight.api.declared import ProjectSecret
from fanlight.api.devices import Device, DeviceLogin, StartedDevice
from fanlight.api.errors import CHARM, CharmError, Error
from fanlight.api.keys import CreatedKey
from fanlight.api.members import CreatedInvite, Invite, Member
from fanlight.api.meshagent.deployment import Deployment
from fanlight.api.people import Person
from fanlight.api.projects import Project
from fanlight.api.published import Published, Uploaded, UploadPlace
from fanlight.api.rooms import Room, RoomNow
from fanlight.api.sampling import SamplingReport
from fanlight.api.server_info import Server
from fanlight.api.services_of_room import ServiceList
from fanlight.api.session import SignIn
from fanlight.api.sessions import SessionRuns, UserRuns
from fanlight.api.stream import Ticket
from fanlight.api.terminal import TerminalLogin, TerminalState
from fanlight.api.views import View
from fanlight.model.activity import Activity
from fanlight.model.backup import Backup
from fanlight.model.budget import Budget, Verdict
from fanlight.model.debugging import Debugging
from fanlight.model.deletion import Deletion
from fanlight.model.developer_log import DeveloperLog
from fanlight.model.diff import RunDiff
from fanlight.model.disk import Disk
from fanlight.model.failure import Failure
from fanlight.model.finding import Finding
from fanlight.model.graph import TraceGraph
from fanlight.model.ledger import LedgerSnapshot
from fanlight.model.limits import LimitState
from fanlight.model.log import Log
from fanlight.model.meshagent import (
    Balance,
    Connection,
    MeshEvent,
    MeshMetric,
    MeshRoom,
    MeshSession,
    MeshSpan,
    ModelUsage,
    ProjectStatus,
    Transaction,
)
from fanlight.model.metric import Metric, MetricSeries
from fanlight.model.plugin import ExporterReport, Plugin, PluginList, SkippedPlugin
from fanlight.model.price import Price, PriceImport, RepriceProgress
from fanlight.model.report import LostReport
from fanlight.model.revenue import Accepted, RevenueReport, RunBilling
from fanlight.model.run import Run
from fanlight.model.service import Service
from fanlight.model.session import Session
from fanlight.model.span import Span, SpanTokens, TraceStructure
from fanlight.model.stats import Stats
from fanlight.model.timeline import Moment
from fanlight.model.usage import Usage
from fanlight.query.agent_logs import AgentLogs
from fanlight.query.values import FieldValue, FilterField

SHAPES = (
    AuditEntry, Backup, CreatedInvite, Device, DeviceLogin, Invite, Login, Member, Person, SignIn,
    StartedDevice, Ticket, Usage, Verification,
    AgentLogs, AgentVariable, CharmError, Published, TerminalLogin, TerminalState, UploadPlace, Uploaded,
    Activity, Agent, Budget, CreatedKey, Debugging, Disk, Error, Failure, Finding, LedgerSnapshot, Log,
    LimitState, LostReport, Metric, MetricSeries, Project, ProjectSecret, Room, Run, RunDiff, SamplingReport,
    Server, Span, SpanTokens, Stats, TraceGraph, TraceStructure,
    Deletion, DeveloperLog, Service, ServiceList,
    Moment, RoomNow, Session, SessionRuns, UserRuns,
    Verdict, Price, PriceImport, RepriceProgress,
    Accepted, RevenueReport, RunBilling,
    FieldValue, FilterField, View,
    ExporterReport, Plugin, PluginList, SkippedPlugin,
)  # fmt: skip
MESHAGENT_SHAPES = (
    Balance, Connection, Deployment, MeshEvent, MeshMetric, MeshRoom, MeshSession, MeshSpan, ModelUsage,
    ProjectStatus, Transaction,
)  # fmt: skip
ABOUT = "Everything that agents did, as it is stored and as it happens."
_UNUSED = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI, base_path: str) -> dict[str, Any]:
    """The document of `app`, served below `base_path`."""
    document = get_openapi(
        title="Fanlight",
        version=__version__,
        description=ABOUT,
        routes=app.routes,
        servers=[{"url": base_path or "/"}],
    )
    shapes = describe_shapes()
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _UNUSED:
        schemas.pop(name, None)
    schemas.update(shapes)
    _, theirs = msgspec.json.schema_components(MESHAGENT_SHAPES, ref_template="#/components/schemas/{name}")
    schemas.update({name: _with_numbers(shape) for name, shape in theirs.items() if name not in shapes})
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    # In local mode nobody needs a key: the empty requirement says so.
    document["security"] = [{"key": []}, {}]
    for path, methods in document["paths"].items():
        for operation in methods.values():
            _describe_errors(operation, CharmError if path.startswith(CHARM) else Error)
    return document


def describe_shapes() -> dict[str, Any]:
    """JSON schema of everything that Fanlight's own API answers with, by name."""
    _, shapes = msgspec.json.schema_components(SHAPES, ref_template="#/components/schemas/{name}")
    return dict(shapes)


def _with_numbers(shape: Any) -> Any:
    """A shape in which money is a number, as MeshAgent's clients read it, and no text."""
    if isinstance(shape, dict):
        if shape.get("format") == "decimal":
            return {**{key: value for key, value in shape.items() if key != "format"}, "type": "number"}
        return {key: _with_numbers(value) for key, value in shape.items()}
    return [_with_numbers(each) for each in shape] if isinstance(shape, list) else shape


def _describe_errors(operation: dict[str, Any], shape: type[msgspec.Struct]) -> None:
    operation["responses"].pop("422", None)
    operation["responses"]["default"] = {
        "description": "Anything else",
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{shape.__name__}"}}},
    }
