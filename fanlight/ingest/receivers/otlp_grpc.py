"""OTLP over gRPC, in the server's own event loop. Bodies stay bytes: they are checked once, as over HTTP."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Any

import grpc

from fanlight.errors import (
    FanlightError,
    ForbiddenError,
    InvalidError,
    OverloadError,
    PayloadError,
    QuotaError,
    UnauthenticatedError,
)
from fanlight.ingest.receivers.intake import Gate, Intake, explain
from fanlight.model.batch import Coding
from fanlight.model.signal import Signal
from fanlight.otlp.status import error_with_delay, response_body, shorten

logger = logging.getLogger("fanlight.ingest")

SERVICES = MappingProxyType(
    {
        Signal.TRACES: "opentelemetry.proto.collector.trace.v1.TraceService",
        Signal.LOGS: "opentelemetry.proto.collector.logs.v1.LogsService",
        Signal.METRICS: "opentelemetry.proto.collector.metrics.v1.MetricsService",
    }
)

HANDSHAKE_TIMEOUT_MS = 20_000
KEEPALIVE_MS, KEEPALIVE_TIMEOUT_MS = 20_000, 8_000

_CODES: tuple[tuple[type[FanlightError], grpc.StatusCode, int], ...] = (
    (UnauthenticatedError, grpc.StatusCode.UNAUTHENTICATED, 401),
    (ForbiddenError, grpc.StatusCode.PERMISSION_DENIED, 403),
    (InvalidError, grpc.StatusCode.INVALID_ARGUMENT, 400),
    (PayloadError, grpc.StatusCode.INVALID_ARGUMENT, 400),
    (QuotaError, grpc.StatusCode.RESOURCE_EXHAUSTED, 429),
    (OverloadError, grpc.StatusCode.UNAVAILABLE, 503),
    (FanlightError, grpc.StatusCode.UNAVAILABLE, 503),
)

Handler = Callable[[bytes, Any], Awaitable[bytes]]


async def start_grpc(address: str, gate: Gate, intake: Intake) -> tuple[Any, int]:
    """Serve the three OTLP services on `address` (`host:port`, port 0 = any); the server and its port.

    Stop it by `await server.stop(grace_s)`.

    Raises:
        RuntimeError: the address cannot be bound.
    """
    receiver = OtlpGrpc(gate, intake)
    server = grpc.aio.server(
        options=[
            ("grpc.max_receive_message_length", intake.limits.max_body_bytes),
            ("grpc.so_reuseport", 0),  # A taken port is an error, not a port shared by two servers.
            ("grpc.server_handshake_timeout_ms", HANDSHAKE_TIMEOUT_MS),
            # A client that is gone without a word is asked after, and let go when it does not answer.
            ("grpc.keepalive_time_ms", KEEPALIVE_MS),
            ("grpc.keepalive_timeout_ms", KEEPALIVE_TIMEOUT_MS),
        ]
    )
    server.add_generic_rpc_handlers(
        tuple(
            grpc.method_handlers_generic_handler(
                service, {"Export": grpc.unary_unary_rpc_method_handler(receiver.handler(signal))}
            )
            for signal, service in SERVICES.items()
        )
    )
    port = server.add_insecure_port(address)
    if not port:
        raise RuntimeError(f"{address} cannot be bound")
    await server.start()
    return server, port


class OtlpGrpc:
    """Answers Export calls."""

    def __init__(self, gate: Gate, intake: Intake) -> None:
        self._gate = gate
        self._intake = intake

    def handler(self, signal: Signal) -> Handler:
        """The handler of one service's Export."""

        async def export(body: bytes, context: Any) -> bytes:
            try:
                return await self._take(signal, body, context)
            except FanlightError as error:
                return await self._refuse(signal, error, len(body), context)
            except OSError as error:
                logger.exception("the log cannot be written")
                full = OverloadError(f"the log cannot be written: {error.strerror}", retry_after_s=5)
                return await self._refuse(signal, full, len(body), context)
            except Exception:
                logger.exception("an OTLP request failed")
                self._intake.ledger.refused(signal, "internal", status=500, size_bytes=len(body))
                await context.abort(
                    grpc.StatusCode.INTERNAL, "an internal error; the server's log tells more"
                )
                raise

        return export

    async def _take(self, signal: Signal, body: bytes, context: Any) -> bytes:
        metadata = {
            name: value for name, value in context.invocation_metadata() or () if isinstance(value, str)
        }
        key = _read_key(metadata)
        project = self._gate(key, metadata.get("x-fanlight-project"))
        sender = self._intake.admit(signal, project, key)
        with self._intake.inflight.hold(project) as hold:
            hold.add(len(body))
            checked = await self._intake.take(signal, project, body, Coding.IDENTITY, hold, sender=sender)
        return response_body(signal, sum(checked.rejected.values()), explain(checked), json=False)

    async def _refuse(self, signal: Signal, error: FanlightError, size_bytes: int, context: Any) -> bytes:
        code, status = next((code, status) for kind, code, status in _CODES if isinstance(error, kind))
        if isinstance(error, PayloadError) and error.status == 413:
            # Without RetryInfo this is final: the sender must not try the same again.
            code, status = grpc.StatusCode.RESOURCE_EXHAUSTED, 413
        reason = "too_large" if status == 413 else error.code
        if isinstance(error, QuotaError):
            reason = f"over_{error.limit}"
        self._intake.ledger.refused(signal, reason, status=status, size_bytes=size_bytes)
        trailers: tuple[tuple[str, bytes], ...] = ()
        if isinstance(error, OverloadError | QuotaError):
            details = error_with_delay(status, str(error), error.retry_after_s)
            trailers = (("grpc-status-details-bin", details),)
        await context.abort(code, shorten(str(error)), trailing_metadata=trailers)
        raise AssertionError("abort raises")


def _read_key(metadata: dict[str, str]) -> str | None:
    scheme, _, token = metadata.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return metadata.get("x-api-key", "").strip() or None
