"""The ledger shows hand-overs: those of tools within their acts, those of a standing order as acts of their own."""

from pathlib import Path
from typing import Any

import pytest

from server.cli import parser
from server.guards.recording import Recording
from server.guards.redact import Redactor
from server.ledger_command import run_ledger
from server.store import ledger
from server.store.handover_records import MOST_CHARACTERS
from server.store.handovers import StoredHandovers
from server.store.reading import acts
from server.store.report import store_lines
from tests.store.claiming import MARKER, PLACE
from tests.store.test_handovers import ENDED, ISSUE, ORDER
from tests.stores import named, store_at
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio


async def show_ledger(file: Path, *words: str) -> int:
    return await run_ledger(parser().parse_args(["ledger", *words]), {"TESTDESK_STORE": named(file)})


async def test_a_standing_orders_hand_overs_are_listed_with_their_outcomes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "store.sqlite3"
    handovers = StoredHandovers(store_at(file), who=ORDER)
    for number, name in enumerate(("created", "refused", "lost", "under way")):
        await handovers.claim(PLACE, f"bug-{number}", {"account": "shop", "title": name})
    await handovers.created(PLACE, "bug-0", how="created", **ISSUE)
    await handovers.withdrawn(PLACE, "bug-1", "The tracker refused the title.")
    await handovers.unknown(PLACE, "bug-2", "The answer was lost.")
    await show_ledger(file)
    *lines, note = capsys.readouterr().out.splitlines()
    assert [" ".join(line.split()[3:]) for line in lines] == [
        f"under way {ORDER} hand-over in shop {arguments(3, 'under way')}",
        f"unknown {ORDER} hand-over in shop {arguments(2, 'lost')}",
        f"failed {ORDER} hand-over in shop {arguments(1, 'refused')}",
        f"done {ORDER} hand-over in shop {arguments(0, 'created')}",
    ]
    assert note == "1 hand-over of unknown outcome; the next attempt looks for the issue first."
    for words, count in ((["--who", ORDER], 4), (["--platform", "tracker", "--outcome", "done"], 1)):
        await show_ledger(file, *words)
        assert len([line for line in capsys.readouterr().out.splitlines() if "hand-over in" in line]) == count
    await show_ledger(file, "settle")
    assert capsys.readouterr().out == "No act of unknown outcome.\n", "no person can settle it"
    assert (await store_lines({"TESTDESK_STORE": named(file)}))[0][1:] == []


def arguments(number: int, title: str) -> str:
    return f'{{"account": "shop", "marker": "bug-{number}", "place": "{PLACE}", "title": "{title}"}}'


async def test_attempts_at_one_hand_over_are_one_act(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "store.sqlite3"
    engine = store_at(file)
    handovers = StoredHandovers(engine, who=ORDER)
    await handovers.claim(PLACE, MARKER, {"title": "Coupons"})
    assert [act.outcome for act in await engine.run(acts)] == ["under way"]
    await engine.run(lambda db: db.change("UPDATE handover SET process = :ended", ended=ENDED))
    assert [act.outcome for act in await engine.run(acts)] == ["unknown"]
    await handovers.claim(PLACE, MARKER, {"title": "Coupons"})
    assert [act.outcome for act in await engine.run(acts)] == ["under way"]
    await handovers.unknown(PLACE, MARKER, "The answer was lost.")
    assert [act.outcome for act in await engine.run(acts)] == ["unknown"]
    await handovers.claim(PLACE, MARKER, {"title": "Coupons"})
    assert [act.outcome for act in await engine.run(acts)] == ["under way"]
    await handovers.created(PLACE, MARKER, how="found", **ISSUE)
    await handovers.stepped(PLACE, MARKER, "exported")
    assert [act.outcome for act in await engine.run(acts)] == ["done"]
    await show_ledger(file, "show", "1")
    out = capsys.readouterr().out
    assert 'attempt 2; an earlier one may have created it. {"title": "Coupons"}' in out
    assert "attempt 3; an earlier one may have created it." in out
    assert f"After the creation of the issue for {MARKER} in {PLACE}: exported." in out
    assert out.endswith("Outcome: done.\n")
    assert (await engine.run(ledger.verify)).broken_at is None


async def test_a_standing_order_that_takes_over_from_a_tool_begins_an_act_and_a_tool_ends_a_standing_orders() -> None:
    engine = store_at(None)
    tool, order = StoredHandovers(engine), StoredHandovers(engine, who=ORDER)
    await tool.claim(PLACE, MARKER, {})
    await tool.unknown(PLACE, MARKER, "The answer was lost.")
    assert await engine.run(acts) == []
    await order.claim(PLACE, MARKER, {})
    await order.unknown(PLACE, MARKER, "The answer was lost again.")
    assert [act.outcome for act in await engine.run(acts)] == ["unknown"]
    await tool.claim(PLACE, MARKER, {})
    await tool.created(PLACE, MARKER, how="found", **ISSUE)
    assert [act.outcome for act in await engine.run(acts)] == ["done"]


async def test_a_tools_hand_overs_are_shown_within_its_act(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "store.sqlite3"
    engine = store_at(file)
    handovers = StoredHandovers(engine)
    platform = PLATFORMS[0]
    act = Recording(engine, Redactor(), lambda key, account: "").act(
        platform, platform.tool("accept_bug"), {"bug_id": 1}
    )
    await act.begin()
    async with act.under_way():
        for marker in ("bug-1", "bug-2", "bug-3"):
            await handovers.claim(PLACE, marker, {"title": "Coupons\nonce more"})
        await act.leaves()
        await handovers.created(PLACE, "bug-1", how="created", **ISSUE)
        await handovers.unknown(PLACE, "bug-2", "The answer was lost.")
        await handovers.withdrawn(PLACE, "bug-3", "The tracker refused it:\nno title.")
    await act.done({})
    (recorded,) = await engine.run(acts)
    await show_ledger(file, "show", str(recorded.seq))
    lines = [line.partition("  ")[2] for line in capsys.readouterr().out.splitlines() if "bug-" in line]
    assert lines == [
        f'An issue for bug-1 is about to be created in {PLACE}. {{"title": "Coupons\\nonce more"}}',
        f'An issue for bug-2 is about to be created in {PLACE}. {{"title": "Coupons\\nonce more"}}',
        f'An issue for bug-3 is about to be created in {PLACE}. {{"title": "Coupons\\nonce more"}}',
        f"The issue for bug-1 was created in {PLACE}: SHOP-7 {ISSUE['url']}.",
        f"Whether the issue for bug-2 was created in {PLACE} is not known: The answer was lost.",
        f"No issue for bug-3 was created in {PLACE}: The tracker refused it: no title.",
    ]


@pytest.mark.parametrize("who", [None, ORDER])
async def test_what_is_recorded_is_plain_and_bounded(who: str | None) -> None:
    engine = store_at(None)
    handovers = StoredHandovers(engine, who=who)
    about: dict[str, Any] = {"title": "x" * 5_000, "list": ["\ud800y\0", float("nan"), None, 1.5], "path": Path("a")}
    await handovers.claim(PLACE, MARKER, about)
    (entry,) = await engine.run(lambda db: list(ledger.entries(db)))
    recorded = entry.record["arguments" if who else "about"]
    assert recorded["title"].startswith("x" * 1_900)
    assert len(recorded["title"]) < MOST_CHARACTERS + 40
    assert recorded["list"] == ["y", "nan", None, 1.5]
    assert recorded["path"] == "a"
