"""`fanlight login` and `logout`: a person at this terminal."""

from __future__ import annotations

import contextlib
import time
from typing import Any

from fanlight.cli import options


def login(url: options.Url = None, json: options.Json = False) -> None:
    """Sign in: let this terminal in from a browser in which you are signed in.

    Example: fanlight login --url https://fanlight.example.org
    """
    from fanlight.cli.client import Client
    from fanlight.cli.login_file import keep_login
    from fanlight.cli.output import print_json, say, stderr, visible

    with Client(url, None) as client:
        begun = client.request("POST", "/api/v1/devices", json={"label": _label()}).json()
        say(f"Open {client.url}{visible(begun['path'])} and let this terminal in.")
        say(f"It shows the code {visible(begun['user_code'])}.", "bold")
        with stderr().status("waiting for you"):
            came = _wait(client, begun)
        keep_login(client.url, came["token"])
        if json:
            print_json({"url": client.url, "name": came["name"]})
        else:
            say(f"signed in to {client.url} as {visible(came['name'])}", "green")


def logout(url: options.Url = None, json: options.Json = False) -> None:
    """Sign out at this terminal.

    Example: fanlight logout
    """
    from fanlight.cli.client import Client
    from fanlight.cli.login_file import find_login, keep_login
    from fanlight.cli.output import print_json, say
    from fanlight.errors import UnauthenticatedError

    with Client(url, None) as client:
        was_in = find_login(client.url) is not None
        if was_in:
            with contextlib.suppress(UnauthenticatedError):  # it was over already
                client.request("POST", "/api/v1/logout", json={})
            keep_login(client.url, None)
        if json:
            print_json({"url": client.url, "was_signed_in": was_in})
        elif was_in:
            say(f"signed out of {client.url}")
        else:
            say(f"nobody is signed in to {client.url} here", "dim")


def _wait(client: Any, begun: Any) -> Any:
    while True:
        came = client.request(
            "POST", "/api/v1/devices/token", json={"device_code": begun["device_code"]}
        ).json()
        if came["token"]:
            return came
        time.sleep(begun["interval_s"])


def _label() -> str:
    import getpass
    import socket

    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except OSError:
        return "a terminal"
