"""Records what a server answers to a client's opening, and notices when a record was out of date."""

import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any, Final

import anyio
from mcp.server import MCPServer
from mcp.server.lowlevel.server import NotificationOptions, Server
from mcp.server.runner import serve_dual_era_loop
from mcp.server.subscriptions import (
    PromptsListChanged,
    ResourcesListChanged,
    ServerEvent,
    ToolsListChanged,
)
from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

from server.bytecode import compile_rest
from server.catalogued_server import CataloguedServer
from server.configuration import Configuration
from server.greeter import Greeter
from server.opening import DISCOVER, LISTS, MODERN, Session, Step
from server.streams import Inbox, Item, Outbox, Write
from tools.kit.platform import Platform

logger = logging.getLogger(__name__)

OPENING: Final = frozenset({"initialize", "notifications/initialized", DISCOVER, *LISTS})
QUIET: Final = 1.0
"""Seconds without a message after which a server has time to compare its lists."""
EVENTS: Final[dict[str, Callable[[], ServerEvent]]] = {
    "tools": ToolsListChanged,
    "prompts": PromptsListChanged,
    "resources": ResourcesListChanged,
}


def options(low: Server[Any]) -> Any:
    """What a handshake says of this server: its lists can change, when a record was out of date."""
    changes = NotificationOptions(prompts_changed=True, resources_changed=True, tools_changed=True)
    return low.create_initialization_options(changes)


def variables(platforms: Sequence[Platform], configuration: Configuration | None = None) -> list[str]:
    """The variables and files that change what is listed, as `Records.know_variables` takes them."""
    lines = []
    prefixes = {c.variable: c.prefixes for platform in platforms for c in platform.credentials}
    for account in configuration.accounts if configuration is not None else ():
        lines += [f"file {path}" for path in account.files.values()]
        lines += [" ".join(("credential", source, *prefixes[name])) for name, source in account.variables.items()]
    for platform in platforms:
        for credential in platform.credentials:
            lines.append(" ".join(("credential", credential.variable, *credential.prefixes)))
            lines.append(f"setting {credential.variable}_FILE")
            lines += [f"file {file}" for file in credential.fallback_files]
        lines += [f"setting {setting.variable}" for setting in (platform.address, *platform.settings)]
    return lines


class Recorder:
    """The records of one conversation."""

    def __init__(self, greeter: Greeter, server: MCPServer[Any]) -> None:
        self._server = server
        self._records, self._opening = greeter.records, greeter.opening
        self._answered, self._swallowed = greeter.answered, greeter.swallowed
        self._replayed = len(greeter.replayed)
        self._asked: dict[int | str, Step] = {}
        self._last = time.monotonic()

    def hear(self, item: SessionMessage) -> None:
        """Note a message of the client."""
        self._last = time.monotonic()
        if self._replayed:
            self._replayed -= 1
            return
        if getattr(item.message, "method", None) not in OPENING:
            return
        step = self._opening.recognize(item.message.model_dump(exclude_unset=True))
        if step is not None:
            self._opening.commit(step)
            if step.identifier is not None and step.method != "ping":
                self._asked[step.identifier] = step

    def passes(self, item: SessionMessage) -> bool:
        """Note a message to the client, and say whether it should be sent."""
        self._last = time.monotonic()
        message = item.message
        identifier = getattr(message, "id", None)
        if identifier is None or isinstance(message, JSONRPCRequest):
            return True
        if identifier == self._swallowed:
            self._swallowed = None
            return False
        step = self._asked.pop(identifier, None)
        if step is not None and isinstance(message, JSONRPCResponse):
            self._keep(step.session, step.method, answer_in(item))
        return True

    async def compare(self, state: Any, write: Write) -> None:
        """When nothing happens, compare what was answered from records with what the server says, and notify."""
        while self._answered:
            await self._quiet()
            session = self._answered[0][0]
            recorded = {method: answer for one, method, answer in self._answered if one == session}
            self._answered = [given for given in self._answered if given[0] != session]
            if isinstance(self._server, CataloguedServer):
                self._server.trusts_records = False
            try:
                true = await answers(self._server._lowlevel_server, state, session, list(recorded))
            except Exception:
                logger.exception("the lists could not be compared with their records")
                return
            for method, answer in true.items():
                self._keep(session, method, answer)
            kinds = {method.split("/")[0] for method in LISTS if recorded.get(method) != true.get(method)}
            for kind in sorted(kinds):
                if session.revision == MODERN:
                    await self._server._subscriptions.publish(EVENTS[kind]())
                else:
                    method = f"notifications/{kind}/list_changed"
                    await write(SessionMessage(JSONRPCNotification(jsonrpc="2.0", method=method)))
        await self._quiet()
        await compile_rest()

    async def _quiet(self) -> None:
        while (calm := time.monotonic() - self._last) < QUIET:  # noqa: ASYNC110 - quiet is no event
            await anyio.sleep(QUIET - calm)

    def _keep(self, session: Session, method: str, answer: bytes) -> None:
        if self._records.read(session, method) != answer:
            self._records.write(session, method, answer)


def answer_in(item: SessionMessage) -> bytes:
    """The answer in a response, from its `result` on, as it is written."""
    line = item.message.model_dump_json(by_alias=True, exclude_unset=True).encode()
    return line[line.index(b'"result":') :]  # before it are a version and an id without quotation marks


async def answers(low: Server[Any], state: Any, session: Session, methods: Sequence[str]) -> dict[str, bytes]:
    """What a server answers to these methods in a conversation of their own."""
    found: dict[str, bytes] = {}
    all_found = anyio.Event()
    wanted = [method for method in methods if method != "initialize"]
    is_modern = session.revision == MODERN
    params: dict[str, Any] = {"_meta": session.params} if is_modern else {}
    requests = [(method, params) for method in wanted]
    if not is_modern:
        requests.insert(0, ("initialize", session.params))

    async def asked() -> AsyncGenerator[Item, None]:
        for method, given in requests:
            # By its method, so that it is no id of a call of the client's.
            yield SessionMessage(JSONRPCRequest(jsonrpc="2.0", id=f"testdesk {method}", method=method, params=given))
        await all_found.wait()

    async def hear(item: SessionMessage) -> None:
        identifier = getattr(item.message, "id", None)
        if isinstance(identifier, str):
            is_answer = isinstance(item.message, JSONRPCResponse)
            found[identifier.removeprefix("testdesk ")] = answer_in(item) if is_answer else b""
            if len(found) == len(requests):
                all_found.set()

    await serve_dual_era_loop(low, Inbox(asked()), Outbox(hear), lifespan_state=state, init_options=options(low))
    return {method: answer for method, answer in found.items() if answer and method in methods}
