"""A server that systemd started says when it accepts."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from fanlight.cli.supervisor import say_ready


@pytest.mark.parametrize("is_abstract", [False, True])
def test_it_is_told_once_and_children_are_not_asked_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_abstract: bool
) -> None:
    name = f"fanlight-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"\0{name}" if is_abstract else str(tmp_path / name))
        systemd.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}" if is_abstract else str(tmp_path / name))
        say_ready()
        assert systemd.recv(100) == b"READY=1"
    assert "NOTIFY_SOCKET" not in os.environ


def test_without_systemd_or_when_it_is_gone_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    say_ready()
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/notify")
    say_ready()
