"""Bugs as defects: what the API has of them, what only their export has, and what never leaves."""

from dataclasses import asdict
from typing import Any

import pytest

from server.inbox.events import EventStore
from server.inbox.store import PlatformInbox
from server.store.sqlite import SqliteEngine
from tests.desk import live_client, sandboxes
from tests.server.inbox.test_receiver import EVENT
from tests.tools.testio.host import Host
from tools.kit.defect import Defect, DefectFile, Level
from tools.kit.errors import NotFound, Refused
from tools.kit.parsing import validate_leniently
from tools.kit.webhook import Event, Inbox
from tools.testio.models.exports import BugExported, item, key
from tools.testio.tools.defects import defects, level_of, link_to

pytestmark = pytest.mark.anyio

PAGE = "https://acme.test.io/products/71/test_cycles/5512/bugs/88101"
HOSTILE = "He said \"pay'\n/close @all #1 {{x}} <b>|\u202e`"


async def inbox_with(**bug: Any) -> PlatformInbox:
    store = EventStore(SqliteEngine(None))
    document = EVENT | {"bug": EVENT["bug"] | bug}
    event, _ = validate_leniently(document, BugExported)
    await store.keep("testio", event.event, key(event), item(event), document)
    return PlatformInbox(store, "testio")


async def read(bug_id: int, inbox: Inbox | None = None, **bug: Any) -> Defect:
    return await defects.read(Host(**{f"bug_{bug_id}": bug}).api(), str(bug_id), inbox)


async def arrived(**bug: Any) -> Defect:
    event = await (await inbox_with(**bug)).newest(str(bug.get("id", 88101)))
    assert event is not None
    assert defects.arrived is not None
    defect = defects.arrived(event)
    assert defect is not None
    return defect


async def test_a_bug_has_all_that_a_developer_needs() -> None:
    async with live_client() as api:
        defect = await defects.read(api, "88101", None)
    assert (defect.item, defect.kind, defect.marker) == ("88101", "bug", "testio-bug-88101")
    assert (defect.platform, defect.title_of_platform) == ("testio", "test IO")
    assert (defect.level, defect.severity) == ("high", "high")
    assert (defect.product, defect.where) == ("71", "Harbour Web")
    assert (len(defect.steps) > 1, bool(defect.expected), bool(defect.actual)) == (True, True, True)
    facts = dict(defect.facts)
    assert set(facts) >= {"Device", "Location", "Product", "Feature", "Test", "Reported by", "Reported at", "Language"}
    assert facts["Test"].startswith("5512 ")
    assert defect.link == "https://app.test.io/bugs/88101"
    assert defect.files
    assert all(file.name.endswith(".png") and file.content_type == "image/png" for file in defect.files)


async def test_each_device_is_a_line_of_its_own_and_so_is_each_field_of_a_report() -> None:
    devices = [{"device": {"name": "Pixel 4"}}, {"device": {"name": "iPhone 15"}}]
    fields = [{"name": "Crash id", "value": "c-1"}, {"name": "Empty", "value": None}, {"name": None, "value": 7}]
    defect = await read(7, devices=devices, report={"title": "Crash", "content": {"data": fields}})
    assert defect.facts == (("Device", "Pixel 4"), ("Device 2", "iPhone 15"), ("Crash id", "c-1"), ("Report", "7"))


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        ("critical", "critical"),
        ("high", "high"),
        ("low", "low"),
        ("visual", "normal"),
        ("content", "normal"),
        ("suggestion", "normal"),
        ("spelling", "normal"),
        ("custom", "normal"),
        ("test_case", "normal"),
        (None, "normal"),
    ],
)
async def test_a_kind_is_normal_and_keeps_its_word(severity: str | None, level: Level) -> None:
    assert level_of(severity) == level
    assert (await read(7, severity=severity)).severity == (severity or "")


@pytest.mark.parametrize(
    "link", [PAGE, "https://test.io/bugs/7", "https://app.test.io/bugs/7#comments", "https://a.b.test.io"]
)
def test_a_page_of_test_io_is_taken_from_the_event(link: str) -> None:
    assert link_to(7, link) == link


@pytest.mark.parametrize(
    "link",
    [
        None,
        "",
        "http://app.test.io/bugs/7",
        "https://evil.example/bugs/7",
        "https://eviltest.io/7",
        "https://test.io.evil.example/7",
        "https://app.test.io@evil.example/7",
        "https://evil.example/.test.io",
        "https://app.test.io:8443/7",
        "https://app.test.io\\@evil.example",
        'https://app.test.io/"><b>',
        "https://app.test.io/bugs/7 more",
        "https://app.test.io/bugs/7\n",
        "https://app.test.io/(x)[y]",
        "javascript:alert(1)",
    ],
)
def test_any_other_link_is_replaced_by_the_one_that_follows_from_the_id(link: str | None) -> None:
    assert link_to(7, link) == "https://app.test.io/bugs/7"


async def test_the_link_of_an_account_is_that_which_its_operator_set() -> None:
    async with live_client(TESTIO_WEB_URL="https://bugs.shop.example") as api:
        defect = await defects.read(api, "88101", None)
    assert defect.link == "https://bugs.shop.example/products/71/test_cycles/5512/bugs/88101"
    assert (await read(7, link="https://evil.example/7")).link == "https://app.test.io/bugs/7"


async def test_what_only_the_export_has_is_added_to_what_the_api_has_now() -> None:
    inbox = await inbox_with(id=7, link=PAGE, description="Found while paying", title="Old title", priority="p2")
    defect = await read(7, inbox, title="New title", severity="low")
    assert (defect.title, defect.level) == ("New title", "low")
    assert (defect.link, defect.description) == (PAGE, "Found while paying")
    assert dict(defect.facts)["Priority"] == "p2"
    strange = await read(7, await inbox_with(id=7, link="https://evil.example/7"))
    assert "evil" not in repr(strange)


async def test_a_closed_inbox_and_an_event_of_another_bug_change_nothing() -> None:
    alone = await read(7)
    assert await read(7, await inbox_with(id=8)) == alone
    assert await read(7, PlatformInbox(EventStore(SqliteEngine(None)), "testio", is_closed=True)) == alone


async def test_an_event_alone_is_a_defect_with_the_same_marker() -> None:
    defect = await arrived(link=PAGE, description="Found while paying", actual_result="Paid twice")
    assert (defect.marker, defect.link, defect.level) == ("testio-bug-88101", PAGE, "high")
    assert (defect.description, defect.actual, defect.steps) == ("Found while paying", "Paid twice", ("Open the cart",))
    assert (defect.product, defect.where, defect.exported_at) == ("71", "", "")
    assert defect.facts == (
        ("Device", "mobile, ios 17.2, safari"),
        ("Product", "71"),
        ("Test", "5512"),
        ("Reported by", "nightowl"),
        ("Priority", "p2"),
    )
    assert defect.files == (DefectFile("a.png", "image/png"),)


async def test_an_event_that_cannot_be_read_is_no_defect() -> None:
    readable = await (await inbox_with()).newest("88101")
    assert readable is not None
    assert defects.arrived is not None
    broken = Event(**{**vars(readable), "document": {"event": "bug.exported", "bug": {"id": "x"}}})
    assert defects.arrived(broken) is None


async def test_the_address_of_a_file_occurs_nowhere_in_a_defect() -> None:
    url = "https://files.test.io/7/cart.png?X-Amz-Signature=ab12cd"
    files = [{"id": 1, "url": url, "content_type": "image/png"}, {"id": 2, "url": f"{url}&x", "original_filename": "b"}]
    both = [
        await read(7, attachments=files),
        await arrived(attachments=[{"url": url, "type": "image/png"}, {"url": "https://files.test.io/7/tok_en?k=1"}]),
    ]
    assert [[file.name for file in one.files] for one in both] == [["cart.png", "b"], ["cart.png", "attachment 2"]]
    for defect in both:
        assert "files.test.io" not in repr(defect) + repr(asdict(defect))
        assert "ab12cd" not in repr(defect) + repr(asdict(defect))


async def test_hostile_texts_stay_whole() -> None:
    defect = await read(7, title=HOSTILE, actual_result=HOSTILE, steps=[HOSTILE], author={"name": HOSTILE})
    assert (defect.title, defect.actual, defect.steps) == (HOSTILE, HOSTILE, (HOSTILE,))
    assert dict(defect.facts)["Reported by"] == HOSTILE
    assert (await arrived(title=HOSTILE, description=HOSTILE)).description == HOSTILE


@pytest.mark.parametrize("bug_id", ["", "abc", "-1", "0", "7.5", "\u0661", "../7", "9" * 20])
async def test_what_is_no_number_is_refused_before_any_request(bug_id: str) -> None:
    host = Host()
    with pytest.raises(Refused, match="testio_list_bugs"):
        await defects.read(host.api(), bug_id, None)
    assert host.arrived == []


async def test_an_unknown_bug_is_not_found() -> None:
    async with live_client() as api:
        with pytest.raises(NotFound, match="No bug 812"):
            await defects.read(api, "812", None)


async def test_an_attachment_is_loaded_from_a_fresh_address() -> None:
    assert defects.content is not None
    async with live_client() as api:
        defect = await defects.read(api, "88101", None)
        loaded = await defects.content(api, defect, 0)
        with pytest.raises(Refused, match="any more"):
            await defects.content(api, defect, len(defect.files))
    assert (loaded.name, loaded.content_type) == (defect.files[0].name, "image/png")
    assert loaded.data.startswith(b"\x89PNG")


async def test_a_bug_is_marked_as_exported_once_and_without_a_body() -> None:
    assert defects.mark_exported is not None
    world = sandboxes()
    async with live_client(world) as api:
        for _ in range(2):
            await defects.mark_exported(api, await defects.read(api, "88101", None), "SHOP-1")
        after = await defects.read(api, "88101", None)
    sent = [entry for entry in world.journal.entries() if entry.method == "PUT"]
    assert [(entry.path.rsplit("/", 2)[1:], entry.body) for entry in sent] == [(["88101", "mark_as_exported"], None)]
    assert after.exported_at
    assert after.external != "SHOP-1"
