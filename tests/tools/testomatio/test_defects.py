"""Failed results as defects: message, stack, the text and priority of the test, and a marker for every run."""

from dataclasses import asdict, replace
from typing import Any

import pytest

from tests.tools.testomatio.holding import GENERAL, OF_THE_PROJECT, SHOP, holding
from tests.tools.testomatio.host import Host, page_of
from tools.kit.defect import Defect, Level
from tools.kit.errors import NotFound, Refused
from tools.kit.network import Network
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.tools.defects import defects

pytestmark = pytest.mark.anyio

RUN, FAILED = "9a01aa01", "9002113"
URL = "https://files.example/7/cart.png?X-Amz-Signature=ab12cd"
HOSTILE = "He said \"pay'\n/close @all #1 {{x}} <b>|`"


def host(*, test: Any = None, run: Any = None, **result: Any) -> Host:
    fields = {"id": 11, "run_id": "9a000001", "test_id": "c0de0010", "test_title": "Pay", "status": "failed"}
    whole = fields | {"message": "Boom"} | result
    answers: dict[str, Any] = {
        "GET /shop/runs/9a000001": {"data": {"id": "9a000001", "title": "Nightly"} | (run or {})},
        "GET /shop/testruns/11": {"data": whole},
        "GET /shop/testruns/12345678": 404,
        "GET /shop/testruns": lambda request: page_of([whole], request),
        "GET /shop/tests/c0de0010": 404 if test is None else {"data": {"id": "c0de0010"} | test},
        "GET /shop/tests/12345678": 404,
        "GET /shop": {"data": {"id": "shop"}},
    }
    return Host(**answers)


async def read(item: str = "9a000001/11", **fields: Any) -> Defect:
    return await defects.read(host(**fields).api(), item, None)


async def test_a_failed_result_has_its_error_its_test_and_its_origin() -> None:
    async with holding(OF_THE_PROJECT) as api:
        defect = await defects.read(api, f"{RUN}/{FAILED}", None)
    facts = dict(defect.facts)
    assert (defect.kind, defect.item) == ("failure", f"{RUN}/{FAILED}")
    assert (defect.level, defect.severity) == ("critical", "critical")
    assert defect.title == "Test failed: An expired code is refused @coupons @regression"
    assert defect.error == "OLD10 still lowers the total"
    assert "* Enter OLD10" in defect.description
    assert facts["Run"] == f"{RUN} Release 9.0.1 checkout by hand"
    assert (facts["Suite"], facts["Environment"], facts["Test"]) == ("Coupons", "iPhone, staging", "@Tc0de0010")
    assert (facts["Duration"], facts["Status"]) == ("240 s", "Known issue")
    assert (defect.product, defect.where, defect.link) == (SHOP, SHOP, "")


async def test_a_result_is_named_by_its_id_or_by_its_test_and_in_another_project_with_its_slug() -> None:
    async with holding(GENERAL) as api:
        by_result = await defects.read(api, f"{RUN}/{FAILED}", None)
        by_test = await defects.read(api, f"{RUN}/@Tc0de0010", None)
        with_slug = await defects.read(api, f"{SHOP}/{RUN}/{FAILED}", None)
    assert by_result == by_test == with_slug


async def test_eight_digits_may_be_the_id_of_a_test() -> None:
    defect = await read("9a000001/12345678", test_id="12345678")
    assert defect.item == "9a000001/11"


@pytest.mark.parametrize(
    ("priority", "level"),
    [
        ("critical", "critical"),
        ("high", "high"),
        ("important", "normal"),
        ("normal", "normal"),
        ("low", "low"),
        (None, "normal"),
    ],
)
async def test_the_level_is_the_priority_of_the_test(priority: str | None, level: Level) -> None:
    defect = await read(test={"priority": priority})
    assert (defect.level, defect.severity) == (level, priority or "")


async def test_a_test_that_was_deleted_since_leaves_a_normal_level() -> None:
    assert (await read(test=None)).level == "normal"


async def test_the_same_failure_has_the_same_marker_in_every_run_and_from_another_line() -> None:
    one = await read(message="Timeout after 31 s\n    at pay.js:12")
    assert one.marker == (await read(message="Timeout after 2 s\n    at cart.js:9", test_title="Renamed")).marker
    assert one.marker != (await read(message="Refused")).marker
    assert one.marker != (await read(message="Timeout after 31 s", test_id=None)).marker


async def test_a_stack_and_files_go_along_without_addresses() -> None:
    defect = await read(stack="  at pay.js:12", artifacts=[URL, "https://files.example/tok?k=1"])
    assert defect.error == "Boom\n\n  at pay.js:12"
    assert [file.name for file in defect.files] == ["cart.png", "file 2"]
    assert "files.example" not in repr(defect) + repr(asdict(defect))


async def test_the_link_is_the_page_of_the_run_in_the_web_app() -> None:
    api = host().api()
    live = Network(api.account.network.transport)
    live.is_sandbox = False
    defect = await defects.read(Testomatio(replace(api.account, network=live)), "9a000001/11", None)
    assert defect.link == "https://host.example/projects/shop/runs/9a000001"


async def test_hostile_texts_stay_whole() -> None:
    defect = await read(message=HOSTILE, test_title=HOSTILE, description=HOSTILE, run={"title": HOSTILE})
    assert (defect.title, defect.error, defect.description) == (f"Test failed: {HOSTILE}", HOSTILE, HOSTILE)
    assert dict(defect.facts)["Run"] == f"9a000001 {HOSTILE}"


async def test_only_what_failed_in_this_run_can_become_an_issue() -> None:
    with pytest.raises(Refused, match="passed; only a failure can become an issue"):
        await read(status="passed")
    with pytest.raises(Refused, match="has no result yet"):
        await read(status="pending")
    with pytest.raises(NotFound, match="across_get_run and testomatio_list_results"):
        await read(run_id="9a000002")
    async with holding(OF_THE_PROJECT) as api:
        with pytest.raises(NotFound, match="has no test"):
            await defects.read(api, f"{RUN}/1", None)
        with pytest.raises(NotFound, match="testomatio_list_runs"):
            await defects.read(api, "00000000/1", None)
        for item in (RUN, f"{SHOP}/x/{RUN}/{FAILED}"):
            with pytest.raises(Refused):
                await defects.read(api, item, None)
