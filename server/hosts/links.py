"""What the pages say of hosts: the table of commands, and the links that add the server with one click."""

import base64
import json
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, urlencode

from server.hosts.entries import NAME, SANDBOX_NAME
from server.hosts.table import HOSTS, LINUX, MACOS, WINDOWS, Host

VSCODE: Final = "https://insiders.vscode.dev/redirect/mcp/install"
"""VS Code's own page, which opens the program: repository hosts do not link to `vscode:` addresses."""
CURSOR: Final = "https://cursor.com/en/install-mcp"
"""Cursor's, for the same reason."""


def links() -> str:
    """Links that add the server, by its command; it has to be installed."""
    entries = ((SANDBOX_NAME, "the sandbox", ["serve", "--sandbox"]), (NAME, "your accounts", ["serve"]))
    rows = []
    for title, link in (("VS Code", _vscode), ("Cursor", _cursor)):
        added = " or ".join(f"[{words}]({link(name, arguments)})" for name, words, arguments in entries)
        rows.append(f"- Add to {title}: {added}")
    return "\n".join(rows)


def _vscode(name: str, arguments: list[str]) -> str:
    config = {"type": "stdio", "command": NAME, "args": arguments}
    return f"{VSCODE}?{urlencode({'name': name, 'config': _compact(config)}, quote_via=quote)}"


def _cursor(name: str, arguments: list[str]) -> str:
    config = base64.b64encode(_compact({"command": NAME, "args": arguments}).encode()).decode()
    return f"{CURSOR}?{urlencode({'name': name, 'config': config}, quote_via=quote)}"


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def hosts() -> str:
    """The table of hosts: one line each."""
    lines = ["| host | command | file |", "| --- | --- | --- |"]
    lines += [f"| {host.title} | `testdesk setup {host.key}` | {_files(host)} |" for host in HOSTS]
    return "\n".join(lines)


def _files(host: Host) -> str:
    """Where its file is; each system that differs is named."""
    names = {LINUX: "Linux", MACOS: "macOS", WINDOWS: "Windows"}
    places = {system: _last(host, folders) for system, folders in host.folders.items()}
    if len(places) == 1:
        return f"`{places[LINUX]}`"
    places.setdefault(MACOS, places[LINUX])
    systems: dict[str, list[str]] = {}
    for system, place in places.items():
        systems.setdefault(place, []).append(names[system])
    return ", ".join(f"{' and '.join(found)} `{place}`" for place, found in systems.items())


def _last(host: Host, folders: Iterable[str]) -> str:
    folder = [*folders][-1].replace("$APPDATA", "%APPDATA%")
    return f"{folder}/{host.names[0]}"
