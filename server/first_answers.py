"""The records that a wheel ships: what a first start answers, with the sandbox and with each platform alone."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import anyio

from server.app import build
from server.faces import FINDERS
from server.known import Known
from server.opening import CAPABILITIES, CLIENT, DISCOVER, HANDSHAKES, LISTS, MODERN, VERSION, Session
from server.recorder import answers, variables
from server.records import DEFERRING, SHIPPED, VARIABLES, Archive, Records, packed
from server.settings import read_settings
from tools.platforms import PLATFORMS

CLIENTS: Final = (DEFERRING[0], "other")
REVISIONS: Final = (MODERN, *HANDSHAKES)
LENGTH: Final = 24


def situations() -> Iterator[tuple[list[str], dict[str, str]]]:
    """Command lines and environments: the sandbox, and each platform with one credential of each kind."""
    yield ["serve", "--sandbox"], {}
    for platform in PLATFORMS:
        credentials = {credential.variable: credential for credential in platform.credentials}
        for variables_needed in platform.credential_sets or (frozenset(credentials),):
            if len(variables_needed) == 1 and variables_needed <= credentials.keys():
                (variable,) = variables_needed
                for prefix in ("", *credentials[variable].prefixes):
                    yield ["serve"], {variable: f"{prefix}{'0a1b2c3d' * 3}"[:LENGTH]}


def sessions() -> Iterator[Session]:
    """Each kind of client, in each revision."""
    for name in CLIENTS:
        client = {"name": name, "version": "1"}
        for revision in REVISIONS:
            if revision == MODERN:
                yield Session(name, revision, {}, {VERSION: revision, CLIENT: client, CAPABILITIES: {}})
            else:
                params = {"protocolVersion": revision, "capabilities": {}, "clientInfo": client}
                yield Session(name, revision, {}, params)


async def recorded(arguments: Sequence[str], environment: Mapping[str, str]) -> dict[str, bytes]:
    """The records of one situation, by their names."""
    records = Records(arguments, environment, Archive(""))
    records.know_variables(variables(PLATFORMS), store=False)
    server: Any = build(read_settings(PLATFORMS, environment, sandbox="--sandbox" in arguments))
    low = server._lowlevel_server  # private, as in the stdio runner
    found = {}
    async with low.lifespan(low) as state:
        for session in sessions():
            methods = [DISCOVER if session.revision == MODERN else "initialize", *LISTS]
            for method, answer in (await answers(low, state, session, methods)).items():
                found[records.shipped_name(session, method)] = answer
    return found


def known_now() -> Known:
    """What is to be known of the tools as they are."""
    server: Any = build(read_settings(PLATFORMS, {}, sandbox=True))
    tools = server._tool_manager.list_tools()  # private, as in the server's own list
    schemas = {tool.name: tool.parameters for tool in tools if tool.name not in FINDERS}
    return Known({platform.key: platform.declaration() for platform in PLATFORMS}, schemas)


async def collect() -> bytes:
    """The archive of all situations."""
    contents = {VARIABLES: "\n".join(variables(PLATFORMS)).encode(), **known_now().records}
    for arguments, environment in situations():
        contents |= await recorded(arguments, environment)
    return packed(contents)


def write(file: str = SHIPPED) -> int:
    """Write the archive; the number of its bytes."""
    return Path(file).write_bytes(anyio.run(collect))
