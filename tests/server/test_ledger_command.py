"""`testdesk ledger` shows what was done, finds tampering, and settles what is unknown; a session sees its own acts."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.types import TextResourceContents

from server import ledger_command
from server.cli import parser
from server.ledger_command import run_ledger
from server.settle import read_state
from server.store.ledger import append
from server.store.ledger import entries as ledger_entries
from server.store.reading import RecordedAct
from tests.desk import settings, text
from tests.forking import Forks
from tests.server.test_recording import Recorded
from tests.stores import IS_POSTGRES, named, store_at
from tests.terminals import in_terminal

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parent.parent.parent
TITLE = "Coupons \x1b[2J\u202e once more"


async def acted(file: Path) -> Recorded:
    """A store in a file with one act that was done and one whose outcome is unknown."""
    kept = Recorded(file)
    async with kept.desk() as d:
        await d.answer("testio_accept_bug", bug_id=88101)
        await d.fault(method="PUT", path="/bugs/*", cut=0)
        await d.refusal("testio_accept_bug", bug_id=88107)
    return kept


async def ledger(file: Path, *words: str) -> int:
    return await run_ledger(parser().parse_args(["ledger", *words]), {"TESTDESK_STORE": named(file)})


async def test_the_list_shows_newest_first_and_filters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "store.sqlite3"
    assert await ledger(file) == 0
    assert capsys.readouterr().out == ("No act.\n" if IS_POSTGRES else "Nothing has been recorded yet.\n")
    await acted(file)
    assert await ledger(file) == 0
    first, second, note = capsys.readouterr().out.splitlines()
    assert re.search(r" unknown +\S+ +testio_accept_bug +Accept bug 88107", first)
    assert re.search(r" done +\S+ +testio_accept_bug +Accept bug 88101", second)
    assert note == "1 of unknown outcome; `testdesk ledger settle` reads what they left."
    for words in (["--outcome", "done"], ["--limit", "1"], ["--since", "1h", "--platform", "testio", "--limit", "1"]):
        await ledger(file, *words)
        assert len([line for line in capsys.readouterr().out.splitlines() if "testio_accept_bug" in line]) == 1, words
    await ledger(file, "--platform", "testery")
    assert capsys.readouterr().out == "No act.\n"


async def test_what_is_exported_verifies_and_a_change_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "store.sqlite3"
    await acted(file)
    assert await ledger(file, "export") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["record"]["kind"] for line in lines] == ["sent", "ended"] * 2
    assert await ledger(file, "verify") == 0
    assert lines[-1]["hash"] in capsys.readouterr().out
    engine = store_at(file)
    change = "UPDATE ledger SET record = replace(record, '88101', '88102') WHERE seq = 1"
    await engine.run(lambda db: db.change(change))
    await engine.close()
    assert await ledger(file, "verify") == 1
    assert "broken at record 1" in capsys.readouterr().out


async def test_others_words_cannot_redraw_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger_command.say(TITLE)
    assert capsys.readouterr().out == "Coupons [2J once more\n"


async def test_the_state_that_an_unknown_act_left_is_read_by_the_tool_that_shows_it() -> None:
    sent = {"tool": "testio_accept_bug", "account": "default", "arguments": {"bug_id": 88101}}
    state = await read_state(RecordedAct("a", 1, 0.0, sent), settings())
    assert state.startswith('testio_get_bug({"bug_id": 88101}): {')
    assert "88101" in state


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal is needed")
def test_only_a_person_in_a_terminal_settles_an_act(
    tmp_path: Path, forks: Forks, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "store.sqlite3"
    anyio.run(acted, file)
    environment = {"TESTDESK_STORE": named(file), "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    settle = ("server", "ledger", "settle")
    piped: dict[str, Any] = {"cwd": ROOT, "env": environment, "capture_output": True, "timeout": 60}
    thief = subprocess.run(forks.command(*settle), input=b"yes\n", **piped)
    assert b"A person records the outcome by running this in a terminal." in thief.stdout
    anyio.run(ledger, file, "--outcome", "unknown")
    assert "88107" in capsys.readouterr().out

    code, shown = in_terminal([sys.executable, "-m", *settle], env=environment, types="yes", piped="no\n")
    assert code == 0
    assert "Was it done?" in shown
    anyio.run(ledger, file, "--outcome", "unknown")
    assert capsys.readouterr().out == "No act.\n"
    assert anyio.run(ledger, file, "verify") == 0


async def test_a_session_sees_its_own_acts(tmp_path: Path) -> None:
    kept = await acted(tmp_path / "store.sqlite3")
    async with kept.desk() as d:
        answer = await d.answer("testdesk_list_acts")
        assert [row["outcome"] for row in answer["items"]] == ["unknown", "done"]
        assert answer["items"][0]["settle_with"] == "testio_get_bug"
        assert (await d.answer("testdesk_list_acts", outcome="done"))["items"][0]["confirmed"] == "form"
        (page,) = (await d.client.read_resource("testdesk://acts")).contents
        assert isinstance(page, TextResourceContents)
        assert json.loads(page.text) == answer
        await kept.engine.run(
            lambda db: db.change('UPDATE ledger SET record = replace(record, \'"who":"\', \'"who":"not-\')')
        )
        assert (await d.answer("testdesk_list_acts"))["items"] == []


async def test_the_list_of_own_acts_keeps_to_the_limit_of_an_answer(tmp_path: Path) -> None:
    kept = await acted(tmp_path / "store.sqlite3")
    first, *_ = await kept.engine.run(lambda db: list(ledger_entries(db)))
    for number in range(120):
        record = dict(first.record) | {"consent": {"how": "form", "question": "x" * 1_900}}
        await kept.engine.run(lambda db, n=number, r=record: append(db, f"act{n}", r))  # type: ignore[misc]
    async with kept.desk() as d:
        result = await d.call("testdesk_list_acts")
        assert len(text(result)) <= 18_000
        assert "The newest 20 of 122" in text(result)
