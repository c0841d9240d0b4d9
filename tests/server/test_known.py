"""A start from a record: it lists the same without loading a platform, and answers the same once it has loaded it."""

import json
import logging
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.server import MCPServer

from server import known as recorded
from server.app import build
from server.known import Known, load_rest
from server.records import Archive, packed
from server.settings import SettingsError
from tests.desk import settings
from tests.server.pipe import Json, request
from tests.server.test_greeter import INITIALIZED, hello, said, text_of
from tools.kit.platform import Parts, Platform
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

ALL = {p.key: p.declaration() for p in PLATFORMS}
RANDOM = re.compile(rb"\b[0-9a-f]{6}\b")
"""What is random in an answer, such as the boundary around a stranger's text."""
CALLS: list[tuple[str, Json]] = [
    ("tools/call", {"name": "testio_list_products", "arguments": {}}),
    ("tools/call", {"name": "testio_get_bug", "arguments": {"bug_id": "none"}}),
    ("tools/call", {"name": "testio_get_bogus", "arguments": {}}),
    ("tools/call", {"name": "find_tools", "arguments": {"text": "open bugs"}}),
    ("tools/call", {"name": "call_read_tool", "arguments": {"name": "testery_list_projects"}}),
    ("tools/call", {"name": "across_list_runs", "arguments": {"limit": 2}}),
    ("resources/read", {"uri": "testio://products/71"}),
    ("resources/read", {"uri": "testio://products/none"}),
    ("resources/read", {"uri": "testio://nothing"}),
    ("resources/subscribe", {"uri": "testio://inbox"}),
    ("completion/complete", {"ref": {"type": "ref/resource", "uri": "testio://products/{product_id}"}}),
    ("completion/complete", {"ref": {"type": "ref/resource", "uri": "testio://nothing/{product_id}"}}),
]


def unloadable(platform: Platform) -> Platform:
    """The platform, whose parts cannot be loaded."""

    def load() -> Parts:
        raise ImportError(f"{platform.key} was loaded")

    return replace(platform, load=load)


async def test_a_record_says_what_the_modules_say(tmp_path: Path) -> None:
    known = Known(ALL, {"testio_get_bug": {"type": "object"}})
    file = tmp_path / "archive.bin"
    file.write_bytes(packed(known.records))
    assert Known.read(Archive(str(file))) == known
    assert Known.read(Archive(str(tmp_path / "none"))) == Known()
    assert Known.shipped({}) == Known(), "a checkout has no records"
    assert [platform.declared for platform in known.of(list(map(unloadable, PLATFORMS)))] == list(ALL.values())


@pytest.mark.parametrize("read_only", [False, True])
async def test_calls_are_answered_as_by_a_server_that_has_loaded_everything(*, read_only: bool) -> None:
    def server(known: Known) -> MCPServer[Any]:
        return build(settings({"TESTDESK_TOOLSETS": ""}, read_only=read_only), known=known)

    argument = {"argument": {"name": "product_id", "value": ""}}
    script = [hello(), INITIALIZED]
    for number, (method, params) in enumerate(CALLS, 10):
        script.append(request(number, method, **params, **(argument if method.startswith("completion") else {})))
    lines = [text_of(line) for line in script]
    answers, others = [sorted(await said(server(known), lines)) for known in (Known(ALL), Known())]
    assert [RANDOM.sub(b"", answer) for answer in answers] == [RANDOM.sub(b"", answer) for answer in others]
    assert len(answers) == len(lines) - 1


async def test_a_start_from_a_record_refuses_the_same_words() -> None:
    for known in (Known(), Known(ALL)):
        with pytest.raises(SettingsError, match=r"names 'testio:bogs', .* did you mean testio:bugs"):
            build(settings({"TESTDESK_TOOLSETS": "testio:bogs"}), known=known)


async def test_a_tool_that_is_built_is_listed_as_its_function_says() -> None:
    one = PLATFORMS[0]
    old = replace(ALL[one.key].tools[0], sentence="Do as the record says.", hint="old words", idempotent=False)
    known = Known({one.key: replace(ALL[one.key], tools=(old, *ALL[one.key].tools[1:]))})
    (listed,) = (t for t in build(settings(), known=known)._tool_manager.list_tools() if t.name == one.name_of(old))
    (true,) = (t for t in build(settings())._tool_manager.list_tools() if t.name == one.name_of(old))
    assert listed.description == old.sentence
    assert listed.parameters == true.parameters
    shown = [(t.title, t.description, t.annotations, t.meta) for t in (listed, true)]
    assert shown[0] == shown[1]


async def test_what_a_start_left_out_is_loaded_behind_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(recorded, "PAUSE", 0)
    caplog.set_level(logging.WARNING)
    right, broken, old = Known(ALL).of(PLATFORMS[:3])
    await load_rest([right, unloadable(broken), replace(old, record=replace(ALL[old.key], resources=()))])
    assert "parts" in right.__dict__
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", f"{broken.title} could not be loaded"),
        ("WARNING", f"the record of {old.title} is out of date: run `testdesk reference --first-answers`"),
    ]


async def test_a_running_server_loads_what_its_start_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "PAUSE", 0)
    loaded = anyio.Event()
    one = PLATFORMS[0]

    def load() -> Parts:
        loaded.set()
        return one.parts

    low = build(settings(), platforms=[replace(one, load=load)], known=Known(ALL))._lowlevel_server
    assert not loaded.is_set()
    async with low.lifespan(low):
        with anyio.fail_after(60):
            await loaded.wait()


async def test_a_platform_that_cannot_be_loaded_fails_its_calls_and_reads_only() -> None:
    one, other = PLATFORMS[:2]
    platforms = [unloadable(one), other]
    server = build(settings({"TESTDESK_TOOLSETS": ""}), platforms=platforms, known=Known(ALL))
    calls = [
        request(2, "tools/call", name="testio_list_products", arguments={}),
        request(3, "resources/read", uri="testio://products/71"),
        request(4, "tools/call", name="testomatio_list_projects", arguments={}),
    ]
    lines = [text_of(line) for line in [hello(1), INITIALIZED, *calls]]
    answers = {answer["id"]: answer for answer in map(json.loads, await said(server, lines))}
    assert answers[2]["result"]["isError"]
    assert "was loaded" not in str(answers[2])
    assert answers[3]["error"]["message"].startswith("Unexpected error in Testdesk; see ")
    assert not answers[4]["result"]["isError"]
