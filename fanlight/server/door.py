"""Who may come in, and what becomes of the telemetry that they send."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fanlight.access.admission import Admission
from fanlight.access.gate import Gate
from fanlight.api.guard import reach_of
from fanlight.catalog.kept import Kept
from fanlight.catalog.sealing import Keyring
from fanlight.clock import Clock
from fanlight.config import Config
from fanlight.data_dir import local_key_of, secret_of
from fanlight.ingest.head_sampling import HeadSampler
from fanlight.ingest.limits import Quotas
from fanlight.ingest.receivers.intake import Intake
from fanlight.ingest.receivers.otlp_http import OtlpHttp
from fanlight.ingest.redaction import CatalogBook, Redaction
from fanlight.otlp.limits import Limits
from fanlight.server.ground import Ground

if TYPE_CHECKING:  # what it needs is heavy, and most servers have no provider
    from fanlight.access.oidc import Oidc


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The gate for programs, the admission for people, and the receivers behind both."""

    gate: Gate
    admission: Admission
    quotas: Quotas
    head: HeadSampler
    intake: Intake
    otlp: OtlpHttp


def make_door(ground: Ground, stack: contextlib.ExitStack) -> Door:
    """Raises ConfigError when the settings name no OpenID provider that can be one."""
    config, clock, catalog = ground.config, ground.clock, ground.catalog
    gate = Gate(
        catalog,
        host=config.host,
        reached_by=reach_of(config),
        secret=secret_of(config.data_dir),
        local_key=local_key_of(config.data_dir),
        clock=clock,
    )
    stack.callback(gate.close)
    admission = Admission(catalog, gate, oidc=_oidc(config, clock), clock=clock)
    stack.callback(admission.close)
    append, caps = ground.headroom.guard(ground.log.append), Limits.of(config)
    quotas = Quotas(ground.limits, caps, burst_s=config.burst_s, clock=clock)
    head = HeadSampler(ground.sampling)
    intake = Intake(
        append,
        caps,
        ground.ledger,
        clock,
        quotas=quotas,
        redact=Redaction(Kept(CatalogBook(catalog, Keyring(config.data_dir)), clock)),
        sample=head,
        names=ground.names,
    )
    otlp = OtlpHttp(gate.ingest_project, append, caps, ground.ledger, intake=intake)
    return Door(gate=gate, admission=admission, quotas=quotas, head=head, intake=intake, otlp=otlp)


def _oidc(config: Config, clock: Clock) -> Oidc | None:
    """The OpenID provider of the settings. Raises ConfigError when it cannot be one."""
    if not config.oidc_issuer:
        return None
    from fanlight.access.oidc import Oidc, Provider

    domains = frozenset(each.strip().lower() for each in config.oidc_domains.split(",") if each.strip())
    provider = Provider(
        issuer=config.oidc_issuer,
        client_id=config.oidc_client_id,
        client_secret=config.oidc_client_secret,
        domains=domains,
    )
    return Oidc(provider, clock)
