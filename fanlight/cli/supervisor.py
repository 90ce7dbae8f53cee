"""What a server tells whatever started it, when that is systemd (`Type=notify`)."""

from __future__ import annotations

import contextlib
import os
import socket

VARIABLE = "NOTIFY_SOCKET"


def say_ready() -> None:
    """Tell systemd that the server accepts; nobody is told where nobody asked to be.

    The protocol is that of sd_notify(3): one datagram. It goes out of the environment, for children of the
    server have nothing to say there.
    """
    address = os.environ.pop(VARIABLE, "")
    if not address:
        return
    # A leading @ stands for the zero byte of an abstract address.
    place = f"\0{address[1:]}" if address.startswith("@") else address
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"READY=1", place)
