"""Properties hold whatever is drawn, and at whatever pace: on a crowded machine an example may take long."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("at any pace", deadline=None)
settings.load_profile("at any pace")
