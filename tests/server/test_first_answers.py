"""The records that a wheel ships: each is what the server answers, to every kind of client."""

from pathlib import Path

import pytest

from server.app import build
from server.faces import FINDERS
from server.first_answers import collect, situations
from server.known import Known
from server.opening import LISTS
from server.records import Archive, Records
from server.settings import read_settings
from tests.server.pipe import request
from tests.server.test_greeter import INITIALIZED, greeted, hello, modern, said, text_of
from tests.server.test_known import unloadable
from tools.platforms import PLATFORMS


@pytest.mark.anyio
async def test_each_record_of_a_first_start_is_what_the_server_answers(tmp_path: Path) -> None:
    file = tmp_path / "first_answers.bin"
    file.write_bytes(await collect())
    lists = [request(number, method) for number, method in enumerate(LISTS)]
    known = {"name": "claude-code", "title": "Claude Code", "version": "1"}
    scripts = [
        [hello(), INITIALIZED, *lists],
        [hello(protocolVersion="2025-06-18", clientInfo=known), *lists],
        [modern(number, method) for number, method in enumerate(["server/discover", *LISTS])],
    ]
    home = {"HOME": str(tmp_path), "USER": "somebody"}
    from_record = Known.read(Archive(str(file)))
    assert from_record.declared.keys() == {platform.key for platform in PLATFORMS}
    platforms = [unloadable(platform) for platform in PLATFORMS]
    assert any("--sandbox" in arguments for arguments, _ in situations())
    for arguments, environment in situations():
        server = build(read_settings(PLATFORMS, environment, sandbox="--sandbox" in arguments))
        for script in scripts:
            lines = [text_of(line) for line in script]
            greeter, answers, _ = greeted(lines, Records(arguments, environment | home, Archive(str(file))))
            assert len(greeter.answered) == 5, (arguments, environment)
            assert answers == await said(server, lines)
        told = read_settings(platforms, environment, sandbox="--sandbox" in arguments)
        quick = build(told, platforms=platforms, known=from_record)
        assert await said(quick, lines) == answers, "all lists come from the record"
        built = {tool.name for tool in quick._tool_manager.list_tools() if "fn" in tool.__dict__}
        assert built <= FINDERS
