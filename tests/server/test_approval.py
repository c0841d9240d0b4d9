"""Where the client cannot ask, a person approves one exact call outside of it; nothing else passes for it."""

import hashlib
import inspect
import re
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from pydantic import SecretStr

from server import callers
from server.app import build
from server.guards.approval import Approving
from server.guards.scope import offers
from server.sandbox import SandboxTransport
from server.settings import Settings
from server.store import approvals, ledger
from server.store.approvals import Approvals
from tests.desk import ERAS, Desk, change_bug, desk, sandboxes, settings
from tests.stores import contents, store_at
from tools.kit.network import Network
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

REJECT = {"bug_id": 88107, "reason": "known_bug", "comment": "The same as bug 88101."}
NUMBER = re.compile(rf"`testdesk approve ([{approvals.ALPHABET}]{{{approvals.LENGTH}}})`")
PASSWORD = "Hafen-4711-lang"


class Office:
    """A server whose store is a file, and the person who approves."""

    def __init__(self, file: Path) -> None:
        self.file, self.world = file, sandboxes()
        self.engine = store_at(file)
        self.approvals = Approvals(self.engine)

    def desk(self, mode: str = "auto", *, told: Settings | None = None) -> AbstractAsyncContextManager[Desk]:
        """A client that cannot ask, in front of a server of its own on the common store."""
        network = Network(SandboxTransport(self.world))
        server = build(told or settings(), network=network, engine=store_at(self.file))
        return desk(mode, person=None, server=server, world=self.world)

    async def says(self, refusal: str, *, yes: bool = True) -> str:
        """Answer the approval that a refusal names."""
        number = number_in(refusal)
        assert await self.approvals.answer(number, yes=yes, by="mara")
        return number


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "store.sqlite3")
    yield made
    anyio.run(made.engine.close)


def number_in(refusal: str) -> str:
    found = NUMBER.search(refusal)
    assert found, refusal
    return found[1]


@both_eras
async def test_an_approved_call_passes_once_and_the_record_names_who_approved(mode: str, office: Office) -> None:
    async with office.desk(mode) as d:
        refusal = await d.refusal("testio_reject_bug", **REJECT)
        assert d.writes() == []
        await office.says(refusal)
        done = await d.answer("testio_reject_bug", **REJECT)
        assert (done["now"]["status"], done["confirmed"]["how"]) == ("rejected", "approval")
        assert d.writes() == ["PUT /bugs/88107/reject"]
        change_bug(office.world, 88107, status="forwarded")
        await d.refusal("testio_reject_bug", **REJECT)
        assert len(d.writes()) == 1
    sent, _ = await office.engine.run(lambda db: [dict(entry.record) for entry in ledger.entries(db)])
    assert (sent["consent"]["how"], sent["consent"]["by"]) == ("approval", "mara")


async def test_the_refusal_says_what_a_person_does_and_holds_neither_link_nor_words(office: Office) -> None:
    async with office.desk() as d:
        refusal = await d.refusal("testio_reject_bug", **REJECT)
    assert refusal.startswith("testio_reject_bug needs the user's yes")
    assert refusal.endswith("Nothing was sent.")
    assert "within 10 minutes" in refusal
    assert "://" not in refusal
    assert "voucher" not in refusal


async def test_the_same_call_keeps_its_number_while_nobody_has_answered(office: Office) -> None:
    async with office.desk() as d:
        first = number_in(await d.refusal("testio_reject_bug", **REJECT))
        assert number_in(await d.refusal("testio_reject_bug", **REJECT)) == first
        assert d.writes() == []


@pytest.mark.parametrize(
    "changed",
    [{"bug_id": 88101}, {"comment": "The same as bug 88102."}, {"reason": "not_reproducible"}],
    ids=["object", "text", "choice"],
)
async def test_an_approval_does_not_pass_a_call_with_other_arguments(changed: dict[str, Any], office: Office) -> None:
    async with office.desk() as d:
        number = await office.says(await d.refusal("testio_reject_bug", **REJECT))
        assert number_in(await d.refusal("testio_reject_bug", **(REJECT | changed))) != number
        assert d.writes() == []


async def test_an_approval_does_not_pass_once_the_object_has_changed(office: Office) -> None:
    async with office.desk() as d:
        number = await office.says(await d.refusal("testio_reject_bug", **REJECT))
        change_bug(office.world, 88107, severity="low")
        assert number_in(await d.refusal("testio_reject_bug", **REJECT)) != number
        assert d.writes() == []


async def test_an_approval_does_not_pass_for_another_account(office: Office) -> None:
    async with office.desk() as d:
        number = await office.says(await d.refusal("testio_reject_bug", **REJECT))
    ours = settings()
    other = replace(ours.platforms["testio"], credentials={"TESTIO_API_TOKEN": SecretStr("another account's")})
    async with office.desk(told=replace(ours, platforms={**ours.platforms, "testio": other})) as d:
        assert number_in(await d.refusal("testio_reject_bug", **REJECT)) != number


async def test_an_approval_does_not_pass_for_another_principal(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    async with office.desk() as d:
        number = await office.says(await d.refusal("testio_reject_bug", **REJECT))
        monkeypatch.setattr(callers, "local_user", lambda: "somebody else")
        assert number_in(await d.refusal("testio_reject_bug", **REJECT)) != number
        assert d.writes() == []


async def test_an_approval_does_not_pass_after_its_time(office: Office) -> None:
    async with office.desk() as d:
        number = await office.says(await d.refusal("testio_reject_bug", **REJECT))
        await office.engine.run(lambda db: db.change("UPDATE approval SET expires_at = asked_at"))
        assert number_in(await d.refusal("testio_reject_bug", **REJECT)) != number
        assert d.writes() == []


async def test_a_no_stands_and_the_same_call_is_not_asked_again(office: Office) -> None:
    async with office.desk() as d:
        await office.says(await d.refusal("testio_reject_bug", **REJECT), yes=False)
        assert await d.refusal("testio_reject_bug", **REJECT) == "The user said no to this call. Nothing was sent."
        assert d.writes() == []


async def test_of_two_processes_that_use_one_approval_exactly_one_passes(office: Office) -> None:
    async with office.desk() as one, office.desk() as other:
        await office.says(await one.refusal("testio_reject_bug", **REJECT))
        results: list[bool] = []

        async def call(d: Desk) -> None:
            results.append((await d.call("testio_reject_bug", **REJECT)).is_error)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call, one)
            tasks.start_soon(call, other)
        assert sorted(results) == [False, True]
        assert one.writes() == ["PUT /bugs/88107/reject"]


def test_every_part_of_a_call_changes_what_an_approval_is_for() -> None:
    approving = Approving(store_at(None), lambda key, account: f"a digest of {key}")
    call: dict[str, Any] = {
        "who": "mara",
        "platform": "testio",
        "tool": "testio_reject_bug",
        "arguments": REJECT | {"password": SecretStr(PASSWORD)},
        "words": "Reject it?",
    }
    others: dict[str, list[Any]] = {
        "who": ["eve"],
        "platform": ["testery"],
        "account": ["shop"],
        "tool": ["testio_accept_bug"],
        "arguments": [REJECT, REJECT | {"password": SecretStr("another")}, call["arguments"] | {"bug_id": 88101}],
        "words": ["Reject it? "],
    }
    bindings = {approving.binding(**call | {name: other}) for name in others for other in others[name]}
    assert len({*bindings, approving.binding(**call)}) == 1 + sum(map(len, others.values()))
    assert approving.binding(**call) == approving.binding(**call)


async def test_a_secret_argument_is_part_of_what_was_approved_and_nothing_of_it_is_stored(office: Office) -> None:
    change = {"product_id": 71, "environment_id": 32, "username": "qa", "password": PASSWORD}
    async with office.desk() as d, office.desk() as another_process:
        number = await office.says(await d.refusal("testio_update_test_environment", **change))
        other = change | {"password": f"{PASSWORD}er"}
        assert number_in(await d.refusal("testio_update_test_environment", **other)) != number
        assert number_in(await another_process.refusal("testio_update_test_environment", **change)) != number
        assert d.writes() == []
        await d.answer("testio_update_test_environment", **change)
    held = contents(office.file)
    assert number.encode() in held
    assert PASSWORD.encode() not in held
    assert hashlib.sha256(PASSWORD.encode()).hexdigest().encode() not in held


async def test_no_argument_takes_a_number_or_a_yes(office: Office) -> None:
    async with office.desk() as d:
        number = number_in(await d.refusal("testio_reject_bug", **REJECT))
        for name in ("approval", "approve", "number", "consent", "approved_by"):
            assert "There is no argument" in await d.refusal("testio_reject_bug", **REJECT, **{name: number})
        assert d.writes() == []


def test_no_tool_is_about_approvals_and_none_takes_one() -> None:
    words = re.compile(r"approv|consent|confirm(?!ation)", re.IGNORECASE)
    tools = [(offer.name_of(tool), tool) for offer in offers(PLATFORMS) for tool in offer.tools]
    assert tools
    for name, tool in tools:
        assert not [said for said in (name, *inspect.signature(tool.function).parameters) if words.search(said)], name


async def test_what_an_operator_rules_out_cannot_be_approved(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "testdesk.toml"
    file.write_text('[consent]\nwrites = "refuse"\n')
    async with office.desk(told=settings({"TESTDESK_CONFIG": str(file)})) as d:
        refusal = await d.refusal("testio_update_exploratory_test", test_id=5519, goal="Only the cart")
        assert 'writes = "refuse"' in refusal
        assert not NUMBER.search(refusal)


async def test_the_worst_deletes_ask_for_the_name_in_the_terminal_too(office: Office) -> None:
    async with office.desk() as d:
        number = number_in(await d.refusal("testio_delete_product", product_id=72))
        asked = await office.approvals.look(number)
        assert asked is not None
        assert asked.names == ("Harbour App",)
        assert "To confirm, type its name: 'Harbour App'" in asked.words


async def test_a_name_to_be_typed_is_not_stored_with_the_secret_that_the_question_masks(office: Office) -> None:
    office.world.sandboxes["testio"].world.products[72].name = f"Harbour password: {PASSWORD}"
    async with office.desk() as d:
        asked = await office.approvals.look(number_in(await d.refusal("testio_delete_product", product_id=72)))
    assert asked is not None
    assert asked.names
    assert PASSWORD not in str(asked)


async def test_questions_that_wait_are_bounded(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approvals, "MOST_PENDING", 2)
    async with office.desk() as d:
        for comment in ("a", "b"):
            number_in(await d.refusal("testio_reject_bug", **(REJECT | {"comment": comment})))
        refusal = await d.refusal("testio_reject_bug", **(REJECT | {"comment": "c"}))
    assert "other questions wait" in refusal
    assert not NUMBER.search(refusal)


async def test_a_store_in_memory_cannot_be_approved_and_says_what_would_help_before_any_request() -> None:
    async with desk(person=None) as d:
        refusal = await d.refusal("testio_reject_bug", **REJECT)
        assert "TESTDESK_STORE" in refusal
        assert not NUMBER.search(refusal)
        assert d.arrived() == []
