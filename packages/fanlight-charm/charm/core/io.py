"""Charm's events on stdout."""

from fanlight.sdk.charm.emitter import EVENT_PREFIX, CharmEmitter, StdoutInterceptor

__all__ = ["EVENT_PREFIX", "CharmEmitter", "StdoutInterceptor"]
