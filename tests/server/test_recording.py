"""Every act is on record before it leaves; an equal one is not carried out twice; without a record nothing is sent."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.app import build
from server.sandbox import SandboxTransport
from server.settings import Settings
from server.store import acts, ledger, processes
from tests.desk import Desk, desk, sandboxes, settings
from tests.faults.breaking import Break, Breaking
from tests.server.orders import ORDER
from tests.stores import IS_POSTGRES, store_at
from tools.kit.network import Network

pytestmark = pytest.mark.anyio


class Recorded:
    """A desk whose acts can be read."""

    def __init__(self, file: Path | None = None, chosen: Settings | None = None) -> None:
        self.engine, self.world, self.settings = store_at(file), sandboxes(), chosen or settings()

    def desk(self, **options: Any) -> Any:
        server = build(self.settings, network=Network(SandboxTransport(self.world)), engine=self.engine)
        return desk(server=server, world=self.world, **options)

    async def records(self) -> list[dict[str, Any]]:
        return [dict(entry.record) for entry in await self.engine.run(lambda db: list(ledger.entries(db)))]


async def test_an_act_leaves_a_record_before_it_is_sent_and_one_with_its_outcome() -> None:
    kept = Recorded()
    async with kept.desk() as d:
        await d.answer("testio_accept_bug", bug_id=88101)
        sent, ended = await kept.records()
    assert (sent["kind"], sent["tool"], sent["arguments"]) == ("sent", "testio_accept_bug", {"bug_id": 88101})
    assert (sent["client"], sent["account"], sent["effect"]) == ("tests", "default", "destroys")
    assert sent["who"]
    assert sent["consent"]["how"] == "form"
    assert sent["consent"]["question"].startswith("Accept bug 88101")
    assert (ended["kind"], ended["outcome"], ended["requests"]) == ("ended", "done", 1)


async def test_a_refused_act_and_a_read_leave_no_record() -> None:
    kept = Recorded()
    async with kept.desk(person=None) as d:
        await d.refusal("testio_accept_bug", bug_id=88101)
        await d.answer("testio_get_bug", bug_id=88101)
        assert await kept.records() == []


async def test_a_change_is_not_denied_when_only_a_later_read_of_its_call_fails() -> None:
    kept = Recorded()
    away = Break("away", lambda request, response: httpx.Response(500))
    transport = Breaking(kept.world, away, at=3, lasts=True)  # projects, folders, the change, folders
    server = build(settings(), network=Network(transport), engine=kept.engine)
    async with desk(server=server, world=kept.world) as d:
        refusal = await d.refusal("testsigma_update_folder", project="HRB", folder="Ideas", name="Ideas of the week")
        *_, ended = await kept.records()
    assert [line.method for line in transport.lines[:4]] == ["GET", "GET", "PUT", "GET"]
    assert "nothing was changed" not in refusal
    assert "Before that, the platform accepted a change of this call; testsigma_get_folder" in refusal
    assert ended["outcome"] == "done"


async def test_a_failure_and_an_unknown_outcome_are_recorded_as_such() -> None:
    kept = Recorded()
    async with kept.desk() as d:
        await d.fault(method="PUT", path="/bugs/*", status=500)
        await d.refusal("testio_accept_bug", bug_id=88101)
        await d.fault(method="PUT", path="/bugs/*", cut=0)
        await d.refusal("testio_accept_bug", bug_id=88107)
        _, failed, _, lost = await kept.records()
    assert failed["outcome"] in {"failed", "unknown"}
    assert lost["outcome"] == "unknown"
    assert lost["settle_with"] == "testio_get_bug"


async def test_an_equal_order_gets_the_first_answer_and_nobody_is_asked_again() -> None:
    kept = Recorded()
    async with kept.desk() as d:
        first = await d.answer("testio_create_exploratory_test", **ORDER)
        again = await d.answer("testio_create_exploratory_test", **ORDER)
        assert again["now"]["id"] == first["now"]["id"]
        assert "nothing was sent again" in again["already_done"]
        assert next(iter(again)) == "written_by_others", "announced first, as in the first answer"
        assert len(d.asked) == len(d.writes()) == 1
        second = await d.answer("testio_create_exploratory_test", **ORDER, another=True)
        assert second["now"]["id"] != first["now"]["id"]
        assert len(d.writes()) == 2
        assert re.match(r"The same call was made at \d\d:\d\d:\d\d UTC; this is another one\. Order", d.asked[1])


async def test_a_thing_that_was_deleted_can_be_created_again() -> None:
    kept = Recorded()
    async with kept.desk() as d:
        label = {"title": "Coupon label"}
        made = await d.answer("testomatio_create_label", **label)
        await d.answer("testomatio_delete_label", label=made["now"]["id"])
        again = await d.answer("testomatio_create_label", **label)
        assert "already_done" not in again


async def test_an_act_whose_process_died_has_an_unknown_outcome_and_is_not_sent_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = Recorded()
    async with kept.desk() as d:
        await d.answer("testio_create_exploratory_test", **ORDER)
        await kept.engine.run(lambda db: db.change("UPDATE act SET state = 'sent', outcome = NULL, answer = NULL"))
        monkeypatch.setattr(processes, "OWN", "1-another")
        await kept.engine.run(lambda db: db.change("UPDATE act SET process = '999999999-gone'"))
        refusal = await d.refusal("testio_create_exploratory_test", **ORDER)
        assert "its outcome is unknown: testio_list_exploratory_tests shows whether it was done" in refusal
        assert len(d.writes()) == 1


async def test_the_window_ends() -> None:
    kept = Recorded()
    async with kept.desk() as d:
        await d.answer("testio_create_exploratory_test", **ORDER)
        old = acts.WINDOW_SECONDS + 1
        await kept.engine.run(lambda db: db.change("UPDATE act SET begun_at = begun_at - :old", old=old))
        assert "already_done" not in await d.answer("testio_create_exploratory_test", **ORDER)


async def test_nothing_is_sent_that_cannot_be_recorded_and_reads_go_on(tmp_path: Path) -> None:
    kept = Recorded(tmp_path / "store.sqlite3")
    async with kept.desk() as d:
        await d.answer("testio_accept_bug", bug_id=88101)
        await spoil(
            tmp_path / "store.sqlite3",
            "CREATE TRIGGER full BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'full'); END",
            "ALTER TABLE ledger ADD CHECK (false) NOT VALID",
        )
        refusal = await d.refusal("testio_accept_bug", bug_id=88107)
        assert "Nothing was sent." in refusal
        assert "TESTDESK_STORE" in refusal
        assert await d.answer("testio_get_bug", bug_id=88107)
        assert d.writes() == ["PUT /bugs/88101/accept"]


async def test_an_outcome_that_cannot_be_recorded_does_not_turn_the_answer_into_an_error(tmp_path: Path) -> None:
    kept = Recorded(tmp_path / "store.sqlite3")
    async with kept.desk() as d:
        await d.answer("testio_accept_bug", bug_id=88101)
        await spoil(
            tmp_path / "store.sqlite3",
            "CREATE TRIGGER full BEFORE UPDATE OF outcome ON act BEGIN SELECT RAISE(ABORT, 'full'); END",
            "ALTER TABLE act ADD CHECK (outcome IS NULL) NOT VALID",
        )
        answer = await d.answer("testio_accept_bug", bug_id=88107)
        assert "was carried out" in answer["not_recorded"]
    (*_, last) = await kept.records()
    assert last["kind"] == "sent"


async def test_an_outcome_that_could_not_be_recorded_is_recorded_once_the_store_is_back(tmp_path: Path) -> None:
    kept = Recorded(tmp_path / "store.sqlite3")
    async with kept.desk() as d:
        await spoil(
            tmp_path / "store.sqlite3",
            "CREATE TRIGGER full BEFORE UPDATE OF outcome ON act BEGIN SELECT RAISE(ABORT, 'full'); END",
            "ALTER TABLE act ADD CONSTRAINT spoilt CHECK (outcome IS NULL) NOT VALID",
        )
        assert "not_recorded" in await d.answer("testio_accept_bug", bug_id=88107)
        await spoil(tmp_path / "store.sqlite3", "DROP TRIGGER full", "ALTER TABLE act DROP CONSTRAINT spoilt")
        await d.answer("testio_accept_bug", bug_id=88101)
    assert [(record["kind"], record.get("outcome")) for record in await kept.records()] == [
        ("sent", None),
        ("ended", "done"),
        ("sent", None),
        ("ended", "done"),
    ]


async def spoil(file: Path, in_sqlite: str, in_postgres: str) -> None:
    engine = store_at(file)
    await engine.run(lambda db: db.change(in_postgres if IS_POSTGRES else in_sqlite))
    await engine.close()


async def test_no_secret_of_an_argument_or_of_this_server_is_recorded() -> None:
    kept = Recorded()
    environment = {
        "title": "Staging",
        "url": "https://staging.example.com",
        "username": "qa",
        "password": "Hafen-4711-lang",
    }
    async with kept.desk() as d:
        await record_environment(d, environment)
        text = str(await kept.records())
    assert "staging.example.com" in text
    assert "Hafen-4711" not in text


async def test_a_secret_in_a_text_is_masked_in_the_record() -> None:
    kept = Recorded()
    async with kept.desk() as d:
        text = "Log in as qa with password: Hafen-4711-lang and look at the cart."
        await d.answer("testio_create_feature", product_id=71, title="Cart", description=text)
        records = str(await kept.records())
    assert "look at the cart" in records
    assert "Hafen-4711" not in records


async def test_acts_that_differ_in_a_secret_only_are_two() -> None:
    kept = Recorded()
    environment = {"title": "Own", "url": "https://own.example.com", "username": "qa"}
    async with kept.desk() as d:
        for password in ("Hafen-4711-lang", "Kai-0815-schmal"):
            await record_environment(d, environment | {"password": password})
        assert len(d.writes()) == 2


async def record_environment(d: Desk, environment: dict[str, str]) -> None:
    await d.answer("testio_create_test_environment", product_id=71, **environment)
