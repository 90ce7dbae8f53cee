"""The Model Context Protocol, as OpenTelemetry's conventions and FastMCP tell it."""

from fanlight.semconv.dialect import Dialect, Kind

DIALECT = Dialect(
    name="mcp",
    rank=25,
    kinds=(Kind(key="mcp.method.name", names={"tools/call": "tool"}),),
    attributes={"tool": ("mcp.tool.name",), "session": ("mcp.session.id",)},
    inputs=("mcp.request.argument",),
    arguments=("mcp.request.argument",),
)
