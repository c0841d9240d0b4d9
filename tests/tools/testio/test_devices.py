"""Devices are named in words, found in the public catalogue, shown to a person and sent as ids."""

import re
from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest

from tests.desk import DECLINE, ERAS, desk, live_client, sandboxes
from tools.kit.errors import Refused, Unavailable
from tools.kit.network import Account, Network
from tools.kit.sandbox.composition import Composition
from tools.kit.text import without_marks
from tools.testio.client import devices as catalogue
from tools.testio.client.devices import DeviceCatalogue, catalogue_address
from tools.testio.client.testio import TOKEN, TestIO
from tools.testio.models.devices import Entry
from tools.testio.tools.devices import find_devices, list_devices
from tools.testio.tools.order_fields import Devices

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

ORDER: dict[str, Any] = {
    "product_id": 71,
    "testing_type": "rapid",
    "test_environment": {"id": 31},
    "features": [{"id": 302}],
}
IPHONES = {"category": "smartphone", "operating_system": "iOS", "min_version": "17"}
IPHONES_SENT = {"category": {"id": 2}, "operating_system": {"id": 2}, "min_operating_system_version": {"id": 808}}


async def wire(api: TestIO, **group: Any) -> dict[str, Any]:
    (found,) = await find_devices(api, [Devices(**group)]) or []
    return found.wire()


def asked_of_catalogue(world: Composition) -> list[tuple[str, list[tuple[str, str]]]]:
    paths = {"/categories", "/operating_systems", "/operating_system_versions"}
    return [(e.path, e.query) for e in world.journal.entries() if e.path in paths]


class Imagined:
    """A catalogue as a test writes it; its answers are functions of the request."""

    def __init__(self, answer: Callable[[httpx.Request], Any]) -> None:
        self._answer = answer
        self.arrived: list[httpx.Request] = []

    async def handle(self, request: httpx.Request) -> httpx.Response:
        self.arrived.append(request)
        given = self._answer(request)
        return given if isinstance(given, httpx.Response) else httpx.Response(200, json=given)

    @property
    def catalogue(self) -> DeviceCatalogue:
        network = Network(httpx.MockTransport(self.handle))
        return DeviceCatalogue(Account("test IO", "http://sandbox.invalid/testio/customer/v2", network))


def pages(count: int, size: int, **told: Any) -> Callable[[httpx.Request], Any]:
    """Versions in pages of a size the platform chooses."""

    def answer(request: httpx.Request) -> Any:
        offset = int(request.url.params["offset"])
        rows = [{"id": n, "name": f"1.{n}"} for n in range(1, count + 1)][offset : offset + size]
        return {
            "operating_system_versions": rows,
            "pagination": {"total": count, "limit": size, "offset": offset} | told,
        }

    return answer


async def test_the_catalogue_is_listed_step_by_step() -> None:
    async with live_client() as api:
        categories = await list_devices(api)
        systems = await list_devices(api, category="smartphone")
        versions = await list_devices(api, category="smartphone", operating_system="ios", limit=500)
    assert {entry.key for entry in categories.items} == {"computer", "smartphone", "tablet"}
    assert {entry.name for entry in systems.items} >= {"Android", "iOS"}
    assert {(559, "15"), (809, "17.0.1")} <= {(entry.id, entry.name) for entry in versions.items}
    assert "category" in (categories.note or "")
    assert (
        without_marks(systems.note or "")
        == "Operating systems of Smartphones; pass one as operating_system for its versions."
    )


async def test_versions_come_oldest_first_in_all_pages_and_continue_by_cursor() -> None:
    world = sandboxes()
    async with live_client(world) as api:
        whole = await list_devices(api, operating_system=2, limit=500)
        first = await list_devices(api, operating_system=2, limit=100)
        rest = await list_devices(api, operating_system=2, limit=500, cursor=first.next_cursor)
    assert whole.coverage.total == len(whole.items) > 100
    assert [entry.id for entry in [*first.items, *rest.items]] == [entry.id for entry in whole.items]
    numbers = [entry.numbers for entry in whole.items]
    assert numbers == sorted(numbers)
    offsets = [int(dict(query)["offset"]) for path, query in asked_of_catalogue(world) if path.endswith("versions")]
    assert len(offsets) == len(set(offsets)) > 1


async def test_the_requests_are_those_of_the_public_catalogue() -> None:
    world = sandboxes()
    async with live_client(world) as api:
        await list_devices(api, category="smartphone", operating_system="Android")
    (categories, systems, versions, *_) = asked_of_catalogue(world)
    assert categories == ("/categories", [])
    assert systems == ("/operating_systems", [("filter[category]", "2")])
    assert versions == (
        "/operating_system_versions",
        [("filter[operating_system]", "1"), ("offset", "0"), ("limit", "100")],
    )


async def test_the_token_never_reaches_the_catalogue() -> None:
    world = sandboxes()
    async with live_client(world) as api:
        await list_devices(api, operating_system="iOS")
        assert not api.devices.account.credentials
    assert {e.headers["authorization"] for e in world.journal.entries()} == {"absent"}


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("https://api.test.io/customer/v2", "https://devices.test.io/api"),
        ("https://api.stage-a.space/customer/v2", "https://devices.test.io/api"),
        ("http://127.0.0.1:8123/testio/customer/v2", "http://127.0.0.1:8123/testio/devices/api"),
        ("http://localhost:8123/testio/customer/v2", "http://localhost:8123/testio/devices/api"),
        ("http://[::1]:8123/testio/customer/v2", "http://[::1]:8123/testio/devices/api"),
        ("https://127.0.0.1.example/customer/v2", "https://devices.test.io/api"),
    ],
)
def test_the_catalogue_stands_on_its_own_host_or_beside_an_imitation(base: str, expected: str) -> None:
    assert catalogue_address(Account("test IO", base, Network())) == expected


async def test_each_list_is_read_once_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    world = sandboxes()
    async with live_client(world) as api:
        for _ in range(3):
            await wire(api, **IPHONES)
        once = len(asked_of_catalogue(world))
        monkeypatch.setattr(catalogue, "CACHE_SECONDS", 0.0)  # an hour is over
        await wire(api, **IPHONES)
    assert len(asked_of_catalogue(world)) == 2 * once


async def test_two_who_want_a_list_at_once_wait_for_one_reading() -> None:
    world = sandboxes()
    async with live_client(world) as api, anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(api.devices.categories)
    assert len(asked_of_catalogue(world)) == 1


@pytest.mark.parametrize("size", [1, 7, 100, 250])
async def test_pages_of_any_size_are_read_to_the_end(size: int) -> None:
    there = Imagined(pages(120, size))
    assert [entry.id for entry in await there.catalogue.versions(1)] == list(range(1, 121))
    assert len(there.arrived) == -(-120 // size)


@pytest.mark.parametrize("told", [{"limit": None}, {"limit": 0}, {"total": None}, {"total": None, "limit": None}])
async def test_a_pagination_that_says_little_is_followed_all_the_same(told: dict[str, Any]) -> None:
    there = Imagined(pages(120, 50, **told))
    assert len(await there.catalogue.versions(1)) == 120


async def test_a_catalogue_that_repeats_itself_is_not_followed_for_ever() -> None:
    row = {"id": 1, "name": "1"}
    there = Imagined(lambda request: {"operating_system_versions": [row], "pagination": {"total": None, "limit": 1}})
    with pytest.raises(Unavailable, match="repeated a page"):
        await there.catalogue.versions(1)
    assert len(there.arrived) < 5


async def test_a_catalogue_that_knows_no_pages_gave_everything_at_once() -> None:
    there = Imagined(lambda request: {"operating_system_versions": [{"id": n, "name": f"{n}"} for n in range(3)]})
    assert len(await there.catalogue.versions(1)) == 3


async def test_versions_that_did_not_all_come_are_no_ground_for_an_order() -> None:
    row = {"id": 1, "name": "1"}
    told = {"total": 3, "limit": 1}
    there = Imagined(lambda request: {"operating_system_versions": [row], "pagination": told})
    with pytest.raises(Unavailable, match="did not return all its versions"):
        await there.catalogue.versions(1)


@pytest.mark.parametrize(
    ("group", "sent"),
    [
        (IPHONES, IPHONES_SENT),
        ({"category": "Smartphones"}, {"category": {"id": 2}}),
        ({"category": "TABLETS"}, {"category": {"id": 6}}),
        ({"category": 2}, {"category": {"id": 2}}),
        ({"category": "2"}, {"category": {"id": 2}}),
        ({"operating_system": "ios"}, {"operating_system": {"id": 2}}),
        ({"operating_system": "windows mobile"}, {"operating_system": {"id": 9}}),
        ({"operating_system": "windows-mobile"}, {"operating_system": {"id": 9}}),
        (
            {"operating_system": "iOS", "min_version": "iOS 17", "max_version": "17"},
            {
                "operating_system": {"id": 2},
                "min_operating_system_version": {"id": 808},
                "max_operating_system_version": {"id": 848},
            },
        ),
        (
            {"operating_system": "iOS", "min_version": "17.0.1"},
            {"operating_system": {"id": 2}, "min_operating_system_version": {"id": 809}},
        ),
        (
            {"operating_system": "iOS", "min_version": "15"},
            {"operating_system": {"id": 2}, "min_operating_system_version": {"id": 559}},
        ),
        (
            {"operating_system": "iOS", "min_version": 559},
            {"operating_system": {"id": 2}, "min_operating_system_version": {"id": 559}},
        ),
        (
            {"operating_system": "iOS", "min_version": "559"},
            {"operating_system": {"id": 2}, "min_operating_system_version": {"id": 559}},
        ),
        (
            {"operating_system": "android", "min_version": "8.1 (GO edition)"},
            {"operating_system": {"id": 1}, "min_operating_system_version": {"id": 314}},
        ),
        (
            {"min_version": 559, "vendor_id": 3, "device_ids": [7, 8], "browser_ids": [2]},
            {
                "vendor": {"id": 3},
                "min_operating_system_version": {"id": 559},
                "devices": [{"id": 7}, {"id": 8}],
                "browsers": [{"id": 2}],
            },
        ),
    ],
)
async def test_names_keys_and_ids_are_sent_as_ids(group: dict[str, Any], sent: dict[str, Any]) -> None:
    async with live_client() as api:
        assert await wire(api, **group) == sent


@pytest.mark.parametrize(
    ("group", "sentence"),
    [
        ({"category": "phone"}, r"no category 'phone'\. There are: .*Smartphones \(2\).* Nothing was sent"),
        ({"category": 99}, r"no category with the id 99\. There are: "),
        ({"operating_system": "BeOS"}, r"no operating system 'BeOS'\. There are: .*Android \(1\)"),
        (
            {"category": "computer", "operating_system": "iOS"},
            r"Computers have no operating system 'iOS'\. There are: ",
        ),
        ({"category": "computer", "operating_system": 2}, r"Computers have no operating system with the id 2"),
        ({"operating_system": "iOS", "min_version": "99"}, r"iOS has no version '99'\. There are: .* older ones"),
        ({"operating_system": "iOS", "max_version": "1"}, r"iOS has no version '1'"),
        ({"operating_system": "iOS", "max_version": "iOS"}, r"iOS has no version 'iOS'"),
        ({"operating_system": "iOS", "max_version": " "}, r"iOS has no version"),
        ({"operating_system": "1" * 5000}, r"no operating system '1{60}'"),
        ({"operating_system": "iOS", "min_version": 17}, r"no version with the id 17.* A name is a text: \"17\""),
        ({"operating_system": "iOS", "min_version": "17", "max_version": "15"}, r"17\.0 is newer than max_version 15"),
    ],
)
async def test_what_the_catalogue_does_not_have_is_refused_with_what_it_has(
    group: dict[str, Any], sentence: str
) -> None:
    async with live_client() as api:
        with pytest.raises(Refused) as caught:
            await find_devices(api, [Devices(**group)])
    assert re.search(sentence, without_marks(str(caught.value)))


async def test_a_version_by_name_needs_its_system_which_is_said_before_any_request() -> None:
    world = sandboxes()
    async with live_client(world) as api:
        for group in ({"min_version": "17"}, {"min_version": 5, "max_version": "17"}):
            with pytest.raises(Refused, match="needs its operating_system"):
                await find_devices(api, [Devices(category="smartphone"), Devices(**group)])
    assert len(world.journal) == 0


async def test_a_name_that_several_systems_have_is_asked_back() -> None:
    def answer(request: httpx.Request) -> Any:
        if request.url.path.endswith("categories"):
            return {"categories": [{"id": 1, "key": "computer"}, {"id": 2, "key": "watch"}]}
        twin = 5 if request.url.params["filter[category]"] == "1" else 6
        return {"operating_systems": [{"id": twin, "key": "os", "name": "OS"}]}

    async with live_client() as api:
        api.devices = Imagined(answer).catalogue
        with pytest.raises(Refused) as caught:
            await find_devices(api, [Devices(operating_system="os")])
        assert "'os' may be any of OS (5), OS (6). Give its id" in without_marks(str(caught.value))
        assert await wire(api, category="Watch", operating_system="os") == {
            "category": {"id": 2},
            "operating_system": {"id": 6},
        }


async def test_without_the_catalogue_ids_still_work_and_names_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.kit.retry.TRIES", 1)
    there = Imagined(lambda request: httpx.Response(503))
    async with live_client() as api:
        api.devices = there.catalogue
        assert await wire(api, category=2, operating_system="2", min_version=559) == {
            "category": {"id": 2},
            "operating_system": {"id": 2},
            "min_operating_system_version": {"id": 559},
        }
        assert len(there.arrived) == 1, "one that is down is not asked for each name that would only be shown"
        with pytest.raises(Unavailable, match=r"'smartphone' cannot be looked up\. .*Ids, as numbers, work without"):
            await wire(api, category="smartphone")


@pytest.mark.parametrize("name", ["XP", "8.1 (go edition)", None, "9" * 5000])
def test_any_version_has_its_place(name: str | None) -> None:
    assert isinstance(Entry(id=1, name=name).numbers, tuple)


@both_eras
async def test_the_question_shows_names_and_ids_and_the_order_has_ids(mode: str) -> None:
    async with desk(mode) as d:
        await d.answer("testio_create_exploratory_test", **ORDER, requirements=[IPHONES, {"category": "tablet"}])
        (question,) = d.asked
        _, body = d.sent("POST", "/products/71/exploratory_tests")
        lists = asked_of_catalogue(d.sandboxes)
    assert (
        "- Devices: 'Smartphones' (category 2), 'iOS' (operating system 2), from '17.0' (version 808); "
        "'Tablets' (category 6)" in question
    )
    assert body["exploratory_test"]["requirements"] == [IPHONES_SENT, {"category": {"id": 6}}]
    assert len(lists) == len(set(map(str, lists))), "the question and the order read each list once together"


@both_eras
async def test_an_update_takes_names_too(mode: str) -> None:
    async with desk(mode) as d:
        await d.answer("testio_update_exploratory_test", test_id=5519, requirements=[IPHONES])
        assert "'iOS' (operating system 2), from '17.0' (version 808)" in d.asked[0]
        _, body = d.sent("PUT", "/exploratory_tests/5519")
        assert body == {"exploratory_test": {"requirements": [IPHONES_SENT], "use_default_devices": False}}


@both_eras
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("testio_create_exploratory_test", ORDER),
        ("testio_create_exploratory_test", ORDER | {"auto_launch": False}),
        ("testio_update_exploratory_test", {"test_id": 5521}),
        ("testio_update_exploratory_test", {"test_id": 5519}),
        ("testio_request_bug_report_confirmation", {"bug_id": 88101}),
        ("testio_request_bug_fix_confirmations", {"bugs": [{"bug_id": 88101}], "environment_id": 31}),
        (
            "testio_create_test_case_test",
            {"product_id": 71, "test_case_ids": [7311], "test_environment": {"id": 31}},
        ),
    ],
)
async def test_an_unknown_name_is_refused_before_anybody_is_asked(
    mode: str, tool: str, arguments: dict[str, Any]
) -> None:
    async with desk(mode, person=DECLINE) as d:
        assert "no category 'phablet'" in await d.refusal(tool, **arguments, requirements=[{"category": "phablet"}])
        assert d.asked == []
        assert d.writes() == []


async def test_a_catalogue_of_the_account_is_made_without_its_credential() -> None:
    async with live_client() as api:
        assert api.account.secret(TOKEN)
        assert api.devices.account.base_url == "http://sandbox.invalid/testio/devices/api"
