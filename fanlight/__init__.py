"""Fanlight: see live what every AI agent does, what it costs and why it failed.

This package is the face of the SDK. Importing it loads no server code and no OpenTelemetry: names are
resolved when they are first used.
"""

from __future__ import annotations

__version__ = "0.1.0"
