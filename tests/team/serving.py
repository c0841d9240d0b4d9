"""A server over HTTP with people: their keys, what it sends to the platforms, and clients of each of them."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.types import CallToolResult

from server.app import build
from server.http_command import admin_beside
from server.inbox.events import EventStore
from server.inbox.receiver import Receiver
from server.inbox.store import PREFIX as INBOX
from server.sandbox import SandboxTransport
from server.settings import read_settings
from server.store.engine import Engine
from server.team.authenticator import team_authenticator
from server.team.keys import digest_of, new_key
from server.team.settings import TeamSettings, brought, read_team
from tests.accounts import Listening
from tests.desk import Unpublished, sandboxes
from tests.server.served import Served, client, raw, served, text
from tests.stores import store_at
from tools.kit.network import Network
from tools.kit.sandbox.composition import Composition
from tools.platforms import PLATFORMS

if TYPE_CHECKING:
    from tests.team.issuer import Issuer

RESOURCE = "https://testdesk.example/mcp"
PATIENCE = 120.0  # seconds for a whole table of attempts
ANNA, BEN = "anna", "ben"
TOKENS = {
    ANNA: {
        "TESTIO_API_TOKEN": "tio-anna-7Qm2xVw9LrTe4Zb1",
        "TESTOMATIO_API_TOKEN": "testomat_iris-anna8Kd3pYs6HnWq0Jc5",
    },
    BEN: {"TESTIO_API_TOKEN": "tio-ben-3Nc6vBk8MzXa1Ql5", "TESTOMATIO_API_TOKEN": "testomat_jonas-ben2Wr5tGy8UjIo1Lp4"},
}
"""Each one's own credentials, where a test lets them have some."""
TEAM_TOKENS = {
    "TESTIO_API_TOKEN": "tio-team-5Fg8hJk1MnBv3Cx7",
    "TESTOMATIO_API_TOKEN": "testomat_demo-teams2Rt6Yu9Io4Pa7Sd",
}


@dataclass(frozen=True)
class Someone:
    """A person of a test: what a file says, and the key that they hold."""

    name: str
    rights: tuple[str, ...] = ("read", "triage", "order")
    lines: tuple[str, ...] = ()
    """More lines of the section."""
    expires: str = ""
    key: str = ""

    def section(self) -> str:
        """The person's section of a file of people."""
        rights = ", ".join(f'"{right}"' for right in self.rights)
        expires = f"expires = {self.expires}\n" if self.expires else ""
        more = "".join(f"{line}\n" for line in self.lines)
        return (
            f"[people.{self.name}]\nrights = [{rights}]\n{more}\n"
            f'[people.{self.name}.keys.laptop]\ndigest = "{digest_of(self.key)}"\n{expires}\n'
        )


def someone(name: str, **how: Any) -> Someone:
    """A person with a new key."""
    return Someone(name, key=new_key(name), **how)


def with_tokens(folder: Path, person: Someone) -> Someone:
    """The person with credentials of their own for two platforms, in files."""
    lines = []
    for variable, value in TOKENS[person.name].items():
        file = folder / f"{person.name}-{variable}"
        file.write_text(value, encoding="utf-8")
        lines.append(f'{variable.lower()}_file = "{file}"')
    return replace(person, lines=(*person.lines, *lines))


@dataclass
class Team:
    """A running server, the people, the platforms behind it, and what reached them."""

    running: Served
    people: dict[str, Someone]
    file: Path
    settings: TeamSettings
    world: Composition
    listening: Listening
    engine: Engine
    issuer: "Issuer | None" = None
    """The identity provider, where there is one."""

    @asynccontextmanager
    async def client(self, name: str, mode: str = "auto", **options: Any) -> AsyncIterator[Client]:
        """An MCP client of a person."""
        async with client(self.running.url, mode, key=self.people[name].key, **options) as connected:
            connected.session._tool_output_schemas = Unpublished()
            yield connected

    @asynccontextmanager
    async def raw(self, name: str | None = None, **headers: str) -> AsyncIterator[httpx2.AsyncClient]:
        """A client that sends what a test writes, with a person's key unless `name` is None."""
        own = {"Authorization": f"Bearer {self.people[name].key}"} if name is not None else {}
        async with raw(self.running, **own, **headers) as wire:
            yield wire

    def sent(self) -> list[str]:
        """The requests that left to platforms since the last look, whole."""
        found = list(self.listening.sent)
        self.listening.sent.clear()
        return found

    def write(self, *people: Someone) -> None:
        """Replace the file of people; it counts from the next request on, at most a second later."""
        self.people = {one.name: one for one in people}
        self.file.write_text("".join(one.section() for one in people), encoding="utf-8")


@asynccontextmanager
async def team(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    *people: Someone,
    environment: Mapping[str, str] | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    world: Composition | None = None,
    engine: Engine | None = None,
    sandbox: bool = False,
    issuer: "Issuer | None" = None,
    beside: bool = False,
    **options: Any,
) -> AsyncIterator[Team]:
    """A server over HTTP for some people: Anna and Ben, unless a test names others.

    The platforms are fake APIs, to which the real credentials go unless it is a `sandbox`. With `beside` the admin's
    page and the receiver of events are there too.
    """
    monkeypatch.setattr("tests.server.served.PATIENCE", PATIENCE)
    named = people or (someone(ANNA), someone(BEN))
    file = folder / "people.toml"
    file.write_text("".join(one.section() for one in named), encoding="utf-8")
    variables = {
        "TESTDESK_PEOPLE": str(file),
        "TESTDESK_CONFIG": "",
        "TESTDESK_TOOLSETS": "all",
        "HOME": str(folder),
        "TESTOMATIO_PROJECT": "harbour-shop-6f98f",
        **TEAM_TOKENS,
        **({"TESTDESK_ISSUER": issuer.url, "TESTDESK_RESOURCE": RESOURCE} if issuer is not None else {}),
        **(environment or {}),
    }
    world, engine = world or sandboxes(), engine or store_at(None)
    chosen = read_settings(PLATFORMS, variables, sandbox=sandbox)
    fakes = read_settings(PLATFORMS, {}, sandbox=True)
    # The addresses of the fake APIs, which the settings of a real server cannot name.
    at_fakes = {key: replace(one, base_url=fakes.platforms[key].base_url) for key, one in chosen.platforms.items()}
    chosen = replace(chosen, platforms=at_fakes)
    read = read_team(variables, chosen, PLATFORMS)
    chosen = replace(chosen, brought=brought(read, PLATFORMS))
    listening = Listening(transport or SandboxTransport(world))
    server = build(chosen, network=Network(listening), engine=engine, team=read)
    authenticator = team_authenticator(read)
    if beside:
        receiver = Receiver(PLATFORMS, EventStore(engine))
        options["beside"] = {INBOX: receiver} | admin_beside(authenticator, read, chosen, engine)
    async with served(monkeypatch, server, authenticator=authenticator, **options) as running:
        yield Team(running, {one.name: one for one in named}, file, read, world, listening, engine, issuer)


async def answer(connected: Client, tool: str, /, **arguments: Any) -> dict[str, Any]:
    """The answer of a tool that works."""
    result = await connected.call_tool(tool, arguments)
    assert not result.is_error, text(result)
    return result.structured_content or {}


async def refusal(connected: Client, tool: str, /, **arguments: Any) -> str:
    """The sentence of a tool that is refused."""
    result: CallToolResult = await connected.call_tool(tool, arguments)
    assert result.is_error, result
    return text(result)


CAPABILITIES: dict[str, Any] = {"elicitation": {}}


def envelope(method: str, params: Mapping[str, Any], client: str = "tests") -> tuple[dict[str, Any], dict[str, str]]:
    """A request of the 2026-07-28 revision as it stands: its body and its headers; `client` is the program's name."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": client, "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": CAPABILITIES,
    }
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": meta, **params}}
    named = params.get("name", params.get("uri"))
    headers = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": method}
    return body, headers if named is None else {**headers, "Mcp-Name": str(named)}


async def rpc(
    wire: httpx2.AsyncClient, method: str, params: Mapping[str, Any], **headers: str
) -> tuple[int, dict[str, Any]]:
    """Send one request of the 2026-07-28 revision: the status, and the message that answers."""
    body, own = envelope(method, params)
    answered = await wire.post("/mcp", json=body, headers={**own, **headers})
    lines = [line.removeprefix("data: ") for line in answered.text.splitlines() if line.startswith("data: {")]
    return answered.status_code, json.loads(lines[-1] if lines else answered.text or "{}")


async def called(
    wire: httpx2.AsyncClient, tool: str, arguments: Mapping[str, Any], **more: Any
) -> tuple[int, dict[str, Any]]:
    """Call a tool so; `more` are further parameters, such as the answers of a round."""
    return await rpc(wire, "tools/call", {"name": tool, "arguments": dict(arguments), **more})
