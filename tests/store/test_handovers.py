"""A defect is handed over to a place once, whoever else tries and whatever ends in between."""

import json
import os
import time
from pathlib import Path
from typing import Any

import anyio
import pytest

from server.store import ledger, processes
from server.store.handovers import StoredHandovers
from tests.store.children import children, go, line
from tests.store.claiming import MARKER, PLACE
from tests.store.test_approvals import InStep
from tests.stores import store_at
from tools.kit.hand_over import Handover, Handovers

pytestmark = pytest.mark.anyio
ISSUE = {"id": "7", "key": "SHOP-7", "url": "https://git.example.com/shop/7"}
ORDER = "standing order shop"
ENDED = f"{os.getpid()}-ended"
"""A process of this number that was another one."""
RUNNING = f"{os.getppid()}-running"


class Desk:
    """Hand-overs of one defect, one word for each step."""

    def __init__(self, who: str | None) -> None:
        self.engine = store_at(None)
        self.handovers = StoredHandovers(self.engine, who=who)

    async def do(self, step: str) -> Handover | None:
        match step:
            case "claim":
                return await self.handovers.claim(PLACE, MARKER, {"title": "Coupons"})
            case "created" | "found" | "linked":
                await self.handovers.created(PLACE, MARKER, how=step, **ISSUE)
            case "unknown":
                await self.handovers.unknown(PLACE, MARKER, "the answer was lost")
            case "withdrawn":
                await self.handovers.withdrawn(PLACE, MARKER, "the title was refused")
            case "ends":
                await self.engine.run(lambda db: db.change("UPDATE handover SET process = :other", other=ENDED))
            case "another's":
                await self.engine.run(lambda db: db.change("UPDATE handover SET process = :other", other=RUNNING))
            case "long ago":
                values = {"past": processes.LONGEST_ACT + 1}
                await self.engine.run(lambda db: db.change("UPDATE handover SET at = at - :past", **values))
        return None

    async def look(self) -> Handover | None:
        return await self.handovers.look(PLACE, MARKER)

    async def records(self) -> list[dict[str, Any]]:
        return [dict(entry.record) for entry in await self.engine.run(lambda db: list(ledger.entries(db)))]


FREE, RUNS, LOST, THERE = None, ("intended", True), ("unknown", False), ("created", False)


@pytest.mark.parametrize("who", [None, ORDER])
@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ("", FREE),
        ("claim", RUNS),
        ("claim created", THERE),
        ("claim found", THERE),
        ("linked", THERE),
        ("claim unknown", LOST),
        ("unknown", LOST),
        ("claim withdrawn", FREE),
        ("claim ends", LOST),
        ("claim long ago", LOST),
        ("claim another's", RUNS),
        ("claim another's long ago", LOST),
        ("claim unknown claim", RUNS),
        ("claim unknown claim found", THERE),
        ("claim unknown claim withdrawn", FREE),
        ("claim unknown claim unknown", LOST),
        ("claim ends claim", RUNS),
        ("claim ends claim ends", LOST),
        # What a slower one records late leaves what another one knows or does by now.
        ("claim created unknown", THERE),
        ("claim created withdrawn", THERE),
        ("claim another's withdrawn", RUNS),
        ("claim another's unknown", RUNS),
        ("claim another's created", THERE),
    ],
)
async def test_what_a_claim_finds_after_each_course(
    steps: str, found: tuple[str, bool] | None, who: str | None
) -> None:
    desk = Desk(who)
    for step in steps.replace("long ago", "long_ago").split():
        await desk.do(step.replace("_", " "))
    seen, claimed = await desk.look(), await desk.do("claim")
    assert (claimed and (claimed.state, claimed.is_running)) == found
    assert (seen and (seen.state, seen.is_running)) == found, "a look sees what a claim finds"
    assert (await desk.engine.run(ledger.verify)).broken_at is None
    if found == THERE:
        assert claimed is not None
        assert {name: getattr(claimed, name) for name in ISSUE} == ISSUE


async def test_a_claim_that_takes_over_says_when_a_create_may_have_been_sent_last() -> None:
    desk = Desk(None)
    await desk.do("claim")
    first = await desk.look()
    assert first is not None
    await desk.do("ends")
    taken = await desk.do("claim")
    assert taken is not None
    assert (taken.at, taken.attempts) == (first.at, 2)
    now = await desk.look()
    assert now is not None
    assert now.at > first.at, "the second attempt may have sent one too"

    await desk.handovers.unknown(PLACE, MARKER, "the search lags", sent=False)
    unsent = await desk.do("claim")
    assert unsent is not None
    assert (unsent.at, unsent.attempts) == (first.at, 3), "the second one has sent nothing"
    before = time.time()
    await desk.handovers.unknown(PLACE, MARKER, "the answer was lost")
    sent = await desk.do("claim")
    assert sent is not None
    assert sent.at >= before, "it may have arrived until its answer was lost"


async def test_steps_after_the_creation_are_recorded_once() -> None:
    desk = Desk(None)
    await desk.do("claim")
    with pytest.raises(LookupError, match="No issue for testio-bug-88101 is on record"):
        await desk.handovers.stepped(PLACE, MARKER, "exported")
    await desk.do("created")
    for step in ("file:0", "exported", "file:0"):
        await desk.handovers.stepped(PLACE, MARKER, step)
    found = await desk.look()
    assert found is not None
    assert found.steps == ("file:0", "exported")
    assert [record.get("step") for record in await desk.records()] == [None, None, "file:0", "exported"]


@pytest.mark.parametrize(("how", "stays"), [("created", "SHOP-7"), ("found", "SHOP-7"), ("linked", "SHOP-8")])
async def test_a_second_issue_of_a_defect_is_in_the_ledger_and_replaces_the_first_only_when_linked(
    how: Any, stays: str
) -> None:
    desk = Desk(None)
    await desk.do("claim")
    await desk.do("created")
    await desk.do("found")
    assert len(await desk.records()) == 2, "the same issue again changes nothing"
    await desk.handovers.created(PLACE, MARKER, id="8", key="SHOP-8", url="", how=how)
    found = await desk.look()
    assert found is not None
    assert found.key == stays
    last = (await desk.records())[-1]
    assert (last["issue"]["key"], last["besides"]) == ("SHOP-8", "SHOP-7")


async def test_other_places_and_other_defects_are_claimed_separately() -> None:
    handovers: Handovers = StoredHandovers(store_at(None))
    for place, marker in ((PLACE, MARKER), (PLACE, "another"), ("elsewhere", MARKER)):
        assert await handovers.claim(place, marker, {}) is None


async def test_looking_makes_no_store(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite3"
    assert await StoredHandovers(store_at(file)).look(PLACE, MARKER) is None
    assert not file.exists()


async def test_a_defect_is_claimed_in_one_transaction(tmp_path: Path) -> None:
    file, done, found = tmp_path / "store.sqlite3", {0: 0, 1: 0}, list[Handover | None]()

    async def claim(me: int) -> None:
        found.append(await StoredHandovers(InStep(file, done, me)).claim(PLACE, MARKER, {}))

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(claim, 0)
            tasks.start_soon(claim, 1)
    assert found.count(None) == 1


def test_of_processes_that_claim_at_the_same_moment_one_gets_it(tmp_path: Path) -> None:
    with children("tests.store.claiming", 3, str(tmp_path / "store.sqlite3"), "") as running:
        for process in running:
            go(process)
        found = [json.loads(line(process)) for process in running]
    assert found.count(None) == 1
    assert [(other["state"], other["is_running"]) for other in found if other] == [("intended", True)] * 2


@pytest.mark.skipif(os.name != "posix", reason="whether a process runs is not known elsewhere")
@pytest.mark.parametrize("who", ["", ORDER])
async def test_what_a_killed_process_claimed_is_unknown_and_taken_over_once(tmp_path: Path, who: str) -> None:
    file = tmp_path / "store.sqlite3"
    engine = store_at(file)
    handovers = StoredHandovers(engine, who=who or None)
    with children("tests.store.claiming", 1, str(file), who) as (process,):
        go(process)
        assert line(process) == "null"
        first = await handovers.claim(PLACE, MARKER, {})
        assert first is not None
        assert (first.state, first.is_running) == ("intended", True)
        process.kill()
        process.wait()
    taken = await handovers.claim(PLACE, MARKER, {})
    assert taken is not None
    assert (taken.state, taken.is_running, taken.at, taken.attempts) == ("unknown", False, first.at, 2)
    again = await handovers.claim(PLACE, MARKER, {})
    assert again is not None
    assert (again.state, again.is_running) == ("intended", True), "this process is at it now"
    await handovers.created(PLACE, MARKER, how="found", **ISSUE)
    verified = await engine.run(ledger.verify)
    assert (verified.broken_at, verified.records) == (None, 3)
    await engine.close()
