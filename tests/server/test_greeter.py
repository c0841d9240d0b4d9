"""The greeter: what it answers is what the server would have answered, and what it passes on loses nothing."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncGenerator, Callable, Iterable
from pathlib import Path
from typing import Any

import anyio.lowlevel
import pytest
from mcp.server import MCPServer
from mcp.shared.message import SessionMessage

from server import faces
from server import greeter as greeting
from server import recorder as recording
from server.app import build
from server.greeter import Greeter, greeter_for
from server.opening import CLIENT as INFO
from server.opening import VERSION, Session
from server.pipes import item_in
from server.recorder import Recorder, variables
from server.records import DEFERRING, MOST, SWITCH, Archive, Records
from server.settings import read_settings
from server.stdio import _converse
from server.streams import Item
from tests.server.pipe import MODERN, PATIENCE, ROOT, Json, cancelled, initialize, probe, request
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}
LISTS = ("tools/list", "resources/list", "resources/templates/list", "prompts/list")
ENVIRONMENT = {"TESTSIGMA_API_TOKEN": "a1b2c3d4e5f6a7b8", "TESTDESK_TOOLSETS": "testsigma:projects"}
Line = Json | str
Script = tuple[int, list[Line]]
"""How many requests the greeter answers from records, and the lines."""


def modern(identifier: Any, method: str, meta: Json | None = None, **params: Any) -> Json:
    return request(identifier, method, **params, _meta=MODERN | (meta or {}))


def hello(identifier: Any = 0, **changes: Any) -> Json:
    message = initialize(0)
    return {**message, "id": identifier, "params": {**message["params"], **changes}}


def with_capabilities(capabilities: Any) -> Json:
    meta = {"io.modelcontextprotocol/clientCapabilities": capabilities}
    return modern(1, "prompts/list", meta)


CLIENT: Json = {"name": "t", "version": "1"}
LIST: Json = request(1, "tools/list")
CALL: Json = {"name": "find_tools", "arguments": {"text": "project"}}
DEEP = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":' + '{"a":' * 3000 + "1" + "}" * 3001
SCRIPTS: dict[str, Script] = {
    "modern": (6, [modern(n, method) for n, method in enumerate(["server/discover", *LISTS, "server/discover"])]),
    "probe and handshake": (3, [probe(1), hello(2), INITIALIZED, request(3, "ping"), request(4, "tools/list")]),
    "no notification": (2, [hello(), request(1, "tools/list"), request(2, "tools/call", **CALL)]),
    "early call": (2, [hello(), INITIALIZED, LIST, request(2, "tools/call", **CALL), request(3, "ping")]),
    "modern call": (1, [modern(1, "tools/list"), modern(2, "tools/call", **CALL), modern(3, "tools/list")]),
    "call first": (0, [modern(1, "tools/call", **CALL), modern(2, "tools/list")]),
    "list before handshake": (1, [modern(1, "prompts/list"), hello(2), request(3, "ping"), modern(4, "prompts/list")]),
    "older request after a modern list": (1, [modern(1, "prompts/list"), request(2, "ping"), request(3, "tools/list")]),
    "modern list in a handshake": (1, [hello(), INITIALIZED, modern(2, "tools/list"), probe(3), request(4, "ping")]),
    "handshake twice": (1, [hello(), hello(1), request(2, "ping")]),
    "ping first": (0, [request(1, "ping"), hello(2), request(3, "prompts/list")]),
    "modern ping": (0, [modern(1, "ping"), modern(2, "prompts/list")]),
    "cancelled": (2, [hello(), request(1, "prompts/list"), cancelled(1), request(2, "prompts/list")]),
    "tokens": (2, [modern(1, "prompts/list", {"progressToken": 5}), modern(2, "prompts/list", {"progressToken": "x"})]),
    "odd token": (0, [modern(1, "prompts/list", {"progressToken": [1]})]),
    "cursors": (1, [hello(), request(1, "prompts/list", cursor="x"), request(2, "prompts/list", cursor=None)]),
    "no parameters": (2, [hello(), {"jsonrpc": "2.0", "id": 1, "method": "prompts/list"}]),
    "null parameters": (1, [hello(), {"jsonrpc": "2.0", "id": 1, "method": "prompts/list", "params": None}]),
    "a list as parameters": (1, [hello(), {"jsonrpc": "2.0", "id": 1, "method": "prompts/list", "params": []}]),
    "ids": (5, [modern(i, "prompts/list") for i in ("5", "a b", "", -1, 2**40, "é", 'a"b', 2**70, "z")]),
    "no ids": (0, [modern(i, "prompts/list") for i in (1.5, None, True)]),
    "an unknown field": (1, [hello(), {**request(1, "prompts/list"), "more": 1}]),
    "an unknown revision": (0, [hello(protocolVersion="2030-01-01"), request(1, "prompts/list")]),
    "an unknown modern revision": (0, [modern(1, "prompts/list", {VERSION: "2030-01-01"})]),
    "odd capabilities": (0, [hello(capabilities=5), hello(1)]),
    "a nameless client": (0, [hello(clientInfo={"version": "1"}), hello(1)]),
    "a titled client": (1, [hello(clientInfo=CLIENT | {"title": "T", "websiteUrl": "https://t.example"})]),
    "a client with icons": (1, [hello(clientInfo=CLIENT | {"icons": [{"src": "data:,", "sizes": ["1x1"]}]})]),
    "a modern client with icons": (1, [modern(1, "prompts/list", {INFO: {**CLIENT, "icons": [{"src": "data:,"}]}})]),
    "odd icons": (0, [hello(clientInfo=CLIENT | {"icons": [{"src": 1}]}), hello(1)]),
    "more parameters": (0, [hello(_meta={}), request(1, "prompts/list")]),
    "half a character": (0, [json.dumps(hello(clientInfo={"name": "\ud83d", "version": "1"})), hello(1)]),
    "escapes": (0, [json.dumps(hello(clientInfo={"name": "é", "version": "1"}))]),
    "deep nesting": (0, [DEEP, hello(2), request(3, "ping")]),
    "junk": (0, ["junk", hello(1), request(2, "prompts/list")]),
    "a batch": (0, ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', hello(1)]),
    "two ids": (0, ['{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', hello(3)]),
    "no number": (0, [json.dumps(hello(capabilities={"experimental": {"a": {"b": float("nan")}}}))]),
    "spaces": (1, [" " + json.dumps(hello()) + " \r"]),
}  # fmt: skip
for revision in ("2025-06-18", "2025-03-26", "2024-11-05", "2025-11-25"):
    lists = [request(n, method) for n, method in enumerate(LISTS, start=1)]
    SCRIPTS[f"handshake {revision}"] = 5, [hello(protocolVersion=revision), INITIALIZED, *lists, request(9, "ping")]
GOOD: list[Json] = [
    {"roots": {"listChanged": True}, "sampling": {"tools": {}, "context": {}}, "elicitation": {"form": {}, "url": {}}},
    {"roots": {}, "experimental": {"x": {"y": [1]}}, "extensions": {"io.example/z": {"mimeTypes": ["text/html"]}}},
    {"elicitation": {"form": {"applyDefaults": True}}},
    {"tasks": {"list": {}, "cancel": {}, "requests": {"elicitation": {"create": {}}}}},
]
ODD: list[Any] = [
    {"roots": 1},
    {"roots": {"listChanged": 1}},
    {"elicitation": {"form": 5}},
    {"extensions": {"x": 1}},
    {"own": {}},
]
for number, given in enumerate([*GOOD, *ODD]):
    known = int(given in GOOD)
    SCRIPTS[f"capabilities {number}"] = known, [with_capabilities(given)]
    SCRIPTS[f"capabilities {number} in a handshake"] = known, [hello(capabilities=given)]


@pytest.fixture(scope="module")
def server() -> MCPServer[Any]:
    return build(read_settings(PLATFORMS, ENVIRONMENT))


@pytest.fixture
def records(tmp_path: Path) -> Callable[[], Records]:
    """The records of one situation, as each start opens them."""

    def opened() -> Records:
        found = Records(["serve"], ENVIRONMENT | {"XDG_CACHE_HOME": str(tmp_path)}, Archive(str(tmp_path / "none")))
        found.know_variables(variables(PLATFORMS))
        return found

    return opened


async def settle() -> None:
    """Let the server do all that it can; nothing here waits for anything outside."""
    for _ in range(200):
        await anyio.lowlevel.checkpoint()


async def said(server: MCPServer[Any], lines: Iterable[bytes], recorder: Recorder | None = None) -> list[bytes]:
    """What a server says to these lines, each sent when the one before is done with."""
    answers: list[bytes] = []

    async def items() -> AsyncGenerator[Item, None]:
        for line in lines:
            yield item_in(line + b"\n")
            await settle()

    async def write(item: SessionMessage) -> None:
        answers.append(item.message.model_dump_json(by_alias=True, exclude_unset=True).encode())

    await _converse(server._lowlevel_server, items(), write, recorder)
    return answers


def greeted(lines: list[bytes], records: Records) -> tuple[Greeter, list[bytes], list[bytes]]:
    """A greeter that was sent all lines at once, what it answered, and the lines that it passes on."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as told:
        given.write(b"".join(line + b"\n" for line in lines))
        given.seek(0)
        greeter = Greeter(records, given.fileno(), told.fileno())
        greeter.start()
        unread = greeter.stop()
        told.seek(0)
        return greeter, told.read().splitlines(), unread.splitlines()


def text_of(line: Line) -> bytes:
    return (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)).encode()


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=list(SCRIPTS))
async def test_with_a_greeter_every_line_is_answered_as_without(
    script: Script, server: MCPServer[Any], records: Callable[[], Records]
) -> None:
    known, lines = script[0], [text_of(line) for line in script[1]]
    plain = await said(server, lines)
    assert plain == await said(server, lines, Recorder(Greeter(records()), server)), "this start makes the records"
    greeter, answers, rest = greeted(lines, records())
    assert len(greeter.answered) == known
    assert [*answers, *await said(server, rest, Recorder(greeter, server))] == plain


@pytest.mark.parametrize("era", ["handshake", "modern"])
async def test_a_list_that_differs_from_its_record_is_notified_and_recorded_anew(
    era: str, server: MCPServer[Any], records: Callable[[], Records], monkeypatch: pytest.MonkeyPatch
) -> None:
    listen = modern(5, "subscriptions/listen", notifications={"toolsListChanged": True})
    script = {
        "handshake": [hello(), INITIALIZED, request(1, "tools/list"), request(2, "prompts/list")],
        "modern": [modern(1, "tools/list"), modern(2, "prompts/list"), listen],
    }
    lines = [text_of(line) for line in script[era]]
    await said(server, lines, Recorder(Greeter(records()), server))
    greeter, answers, _ = greeted(lines, records())
    session, _, listed = greeter.answered[-2]
    records().write(session, "tools/list", b'"result":{"tools":[]}}')

    monkeypatch.setattr(recording, "QUIET", 0.01)
    greeter, stale, rest = greeted(lines, records())
    assert stale != answers
    done = anyio.Event()

    async def items() -> AsyncGenerator[Item, None]:
        for line in rest:
            yield item_in(line)
        await done.wait()

    told: list[Json] = []

    async def write(item: SessionMessage) -> None:
        told.append(item.message.model_dump(by_alias=True, exclude_unset=True))
        if "list_changed" in told[-1].get("method", ""):
            done.set()

    with anyio.fail_after(10):
        await _converse(server._lowlevel_server, items(), write, Recorder(greeter, server))
    methods = [message["method"] for message in told if "method" in message]
    assert [name for name in methods if "list_changed" in name] == ["notifications/tools/list_changed"]
    assert records().read(session, "tools/list") == listed


async def test_a_record_in_a_folder_that_others_can_open_is_not_believed(records: Callable[[], Records]) -> None:
    session, kept = Session("test", "2025-11-25", {}, {}), records()
    kept.write(session, "prompts/list", b"{}")
    folder = Path(kept.folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    assert records().read(session, "prompts/list") == b"{}"
    folder.chmod(0o755)
    assert records().read(session, "prompts/list") is None
    kept.write(session, "resources/list", b"{}")
    assert len(list(folder.iterdir())) == 2, "the variables and the first record"


async def test_only_the_newest_records_are_kept(records: Callable[[], Records]) -> None:
    kept = records()
    for number in range(MOST + 5):
        kept.write(Session(str(number), "2025-11-25", {}, {}), "prompts/list", b"{}")
    assert len(list(Path(kept.folder).iterdir())) == MOST


async def test_a_record_is_named_by_what_the_answers_depend_on_and_by_no_credential(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("abc")

    def situation(*arguments: str, **variables_set: str) -> str:
        environment = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), **variables_set}
        found = Records(["serve", *arguments], environment, Archive(str(tmp_path / "none")))
        found.know_variables(variables(PLATFORMS))
        return found.shipped_name(Session("test", "2025-11-25", {}, {}), "tools/list")

    same = [situation(TESTOMATIO_API_TOKEN=f"testomat_{letter * 20}", OTHER=letter) for letter in "ab"]
    assert len(set(same)) == 1
    different = [
        *same[:1],
        situation(),
        situation("--read-only"),
        situation(TESTOMATIO_API_TOKEN="tstmt_aaaaaaaaaaaaaaa"),
        situation(TESTOMATIO_API_TOKEN="aaaaaaaaaaaaaaaaaaaaa"),
        situation(TESTOMATIO_API_TOKEN_FILE=str(file)),
        situation(TESTOMATIO_PROJECT="one"),
        situation(TESTOMATIO_PROJECT="two"),
        situation(TESTDESK_TOOLSETS="testio"),
    ]
    (tmp_path / ".testery").mkdir()
    (tmp_path / ".testery" / "credentials").write_text("[default]")
    assert len({*different, situation()}) == len(different) + 1


def test_the_clients_that_are_listed_more_are_those_of_the_faces() -> None:
    assert set(DEFERRING) == set(faces.DEFERRING)


def test_importing_the_greeter_imports_nothing_that_takes_long() -> None:
    program = "import sys; sys.path.insert(0, '.'); import server.greeter; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert not {"typing", "re", "json", "threading", "hashlib", "pathlib", "contextlib"} & set(ran.stdout.split())


async def test_there_is_no_greeter_where_it_cannot_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "isatty", lambda _: False)
    assert greeter_for(["serve"], {SWITCH: "1"})
    assert not greeter_for(["serve"], {}), "this is a checkout"
    assert not greeter_for(["serve"], {SWITCH: "0"})
    assert not greeter_for(["serve", "--http"], {SWITCH: "1"})
    assert not greeter_for(["doctor"], {SWITCH: "1"})
    monkeypatch.setattr(greeting, "may_use_records", lambda _: True)
    assert greeter_for(["serve"], {})
    monkeypatch.setattr(os, "name", "nt")
    assert not greeter_for(["serve"], {})


# Processes


class Start:
    """A start of the command with a greeter; whatever a test leaves of it is killed."""

    def __init__(self, cache: Path, **variables_set: str) -> None:
        environment = {"PATH": os.defpath, "HOME": str(cache), SWITCH: "1", **variables_set}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "server", "serve"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            # A shell that runs the tests in the background has them ignore interrupts, and their children too.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no thread runs yet
        )
        self._watchdog = threading.Timer(PATIENCE, self.process.kill)
        self._watchdog.start()

    def __enter__(self) -> "Start":
        return self

    def __exit__(self, *_: object) -> None:
        self._watchdog.cancel()
        self.process.kill()
        self.process.communicate()

    def ask(self, *lines: Line) -> bytes:
        """The next line that is written after these."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(b"".join(text_of(line) + b"\n" for line in lines))
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def end(self) -> tuple[bytes, str, int]:
        """What else it writes, what it logs, and how it ends."""
        out, err = self.process.communicate()
        return out, err.decode(), self.process.returncode


async def test_a_start_that_fails_after_an_answer_says_so(tmp_path: Path) -> None:
    (tmp_path / "mcp.py").write_text("raise RuntimeError('there is no SDK')")
    greeting_lines = [hello(), INITIALIZED]
    with Start(tmp_path, **ENVIRONMENT) as start:
        first = start.ask(*greeting_lines)
        listed = start.ask(request(1, "tools/list"))
        assert start.end()[1:] == ("", 0)
    with Start(tmp_path, **ENVIRONMENT) as start:
        out = start.ask(*greeting_lines, request(1, "tools/list"), request(2, "tools/call", **CALL))
        assert out == first
        out, err, code = start.end()
        assert out.startswith(listed)
        assert json.loads(out.splitlines()[1])["id"] == 2
        assert (err, code) == ("", 0)
    with Start(tmp_path, PYTHONPATH=str(tmp_path), **ENVIRONMENT) as start:
        assert start.ask(*greeting_lines) == first
        assert start.ask(request(1, "tools/list")) == listed
        _, err, code = start.end()
        assert "there is no SDK" in err
        assert code == 1
    with Start(tmp_path, **ENVIRONMENT) as start:
        assert start.ask(*greeting_lines, request(1, "tools/list")) == first
        start.process.send_signal(signal.SIGINT)
        start.process.wait()  # the input stays open: its end would end the server too
        out, err, code = start.end()
        assert (err, code) == ("", 130)
    wrong = ENVIRONMENT | {"TESTSIGMA_API_TOKEN": "your-token-here"}
    with Start(tmp_path, **wrong) as start:
        assert start.ask(*greeting_lines, request(2, "tools/call", **CALL)) == first
        out, err, code = start.end()
        assert "TESTSIGMA_API_TOKEN holds a placeholder" in json.loads(out)["error"]["message"]
        assert "TESTSIGMA_API_TOKEN holds a placeholder" in err
        assert code == 2
    with Start(tmp_path, **wrong) as start:
        assert start.ask(hello()) == b"", "a start that failed is not greeted again"
