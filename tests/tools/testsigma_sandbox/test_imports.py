"""JUnit imports: taken at once, done after some looks, and good for a part of what they hold."""

from collections import Counter
from typing import Any

import httpx
import pytest

from tests.tools.testsigma_sandbox.workspace import HRB, KSK, NOBODY, advance, created, error, get_json, new_run
from tools.kit.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.anyio

RUN = f"{HRB}/test_runs/HRB-R-5"
IMPORT = f"{HRB}/junit-import/test-run/HRB-R-5"
XML = b"""<?xml version="1.0"?>
<testsuites><testsuite name="coupons">
  <testcase name="A valid code lowers the total" classname="coupons"/>
  <testcase name="[HRB-7] refuses OLD10" classname="coupons">
    <failure message="the total went to 44.91">at</failure>
  </testcase>
  <testcase name="combined" classname="HRB-8.coupons"><error>no cart</error></testcase>
  <testcase name="HRB-52 new customers"><skipped/></testcase>
  <testcase name="HRB-10 pays by card"/>
  <testcase name="HRB-999 is new"/>
  <testcase name="what nobody has written down"/>
</testsuite></testsuites>"""


async def started(http: httpx.AsyncClient, xml: bytes = XML, path: str = IMPORT) -> Any:
    return await created(await http.post(path, files={"junit_xml": ("results.xml", xml, "text/xml")}), "import")


async def looked(http: httpx.AsyncClient, import_id: str) -> Any:
    return await get_json(http, f"{HRB}/junit-imports/{import_id}/status", "import")


async def statuses(http: httpx.AsyncClient) -> dict[str, str]:
    rows = await get_json(http, f"{RUN}/test_cases", "test_run_cases")
    return {row["test_case"]["human_id"]: row["status"] for row in rows}


async def test_an_import_starts_pending_and_repeats_the_path(http: httpx.AsyncClient) -> None:
    begun = await started(http)
    assert begun == {
        "id": begun["id"],
        "status": "pending",
        "test_run_id": "HRB-R-5",
        "created_at": 1775199600000,
    }


async def test_an_import_goes_on_with_each_look(http: httpx.AsyncClient) -> None:
    begun = await started(http)
    assert [await looked(http, begun["id"]) for _ in range(2)] == [
        {"status": "pending", "details": None},
        {"status": "in_progress", "details": None},
    ]
    assert set((await statuses(http)).values()) == {"UnTested"}
    done = await looked(http, begun["id"])
    assert done["status"] == "completed"
    assert await looked(http, begun["id"]) == done


async def test_one_file_can_fail_in_part(http: httpx.AsyncClient) -> None:
    begun = await started(http)
    done = [await looked(http, begun["id"]) for _ in range(3)][-1]
    assert done["details"] == {
        "imported_count": 4,
        "failed_count": 3,
        "errors": [
            "HRB-10 is not in the test run: 'HRB-10 pays by card'",
            "No test case matches 'HRB-999 is new'",
            "No test case matches 'what nobody has written down'",
        ],
    }
    found = await statuses(http)
    assert [found[f"HRB-{number}"] for number in (6, 7, 8, 52)] == ["Passed", "Failed", "Failed", "Skipped"]
    assert Counter(found.values()) == {"Passed": 1, "Failed": 2, "Skipped": 1, "UnTested": 4}
    rows = await get_json(http, f"{RUN}/test_cases", "test_run_cases")
    remarks = [row.get("description") for row in rows if row["status"] == "Failed"]
    assert remarks == ["the total went to 44.91", "no cart"]


async def test_nobody_has_to_look(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    begun = await started(http)
    advance(sandbox, "59s")
    assert (await statuses(http))["HRB-6"] == "UnTested"
    advance(sandbox, "1s")
    assert (await statuses(http))["HRB-6"] == "Passed"
    assert (await looked(http, begun["id"]))["status"] == "completed"


@pytest.mark.parametrize(
    "xml", [b"", b"not xml", b"<html/>", b'<!DOCTYPE x [<!ENTITY a "aaa">]><testsuite name="&a;"/>']
)
async def test_what_is_no_junit_ends_as_failed_with_a_text(http: httpx.AsyncClient, xml: bytes) -> None:
    begun = await started(http, xml)
    done = [await looked(http, begun["id"]) for _ in range(3)][-1]
    assert done["status"] == "failed"
    assert done["details"].startswith("The file could not be read: ")
    assert set((await statuses(http)).values()) == {"UnTested"}


async def test_an_import_needs_its_file_and_an_open_run(http: httpx.AsyncClient) -> None:
    for sent in ({"files": {"file": ("a.xml", XML)}}, {"files": {"junit_xml": (None, "text")}}):
        assert await error(await http.post(IMPORT, **sent), 400) == "junit_xml is required"
    assert await error(await http.post(IMPORT, content=XML), 400) == "The request body is not a valid form"
    closed = await http.post(IMPORT.replace("R-5", "R-3"), files={"junit_xml": ("a.xml", XML)})
    assert await error(closed, 422) == "The test run is closed"
    missing = await http.post(IMPORT.replace("R-5", "R-99"), files={"junit_xml": ("a.xml", XML)})
    assert await error(missing, 404) == "Test run not found with ID: HRB-R-99"


async def test_a_run_that_is_closed_meanwhile_fails_the_import(http: httpx.AsyncClient) -> None:
    begun = await started(http)
    assert (await http.put(RUN, json={"status": "CLOSED"})).status_code == 200
    done = [await looked(http, begun["id"]) for _ in range(3)][-1]
    assert done == {"status": "failed", "details": "The test run is closed"}


async def test_an_import_belongs_to_its_project_and_goes_with_its_run(http: httpx.AsyncClient) -> None:
    begun = await started(http)
    other = await http.get(f"{KSK}/junit-imports/{begun['id']}/status")
    assert await error(other, 404) == f"Import not found with ID: {begun['id']}"
    assert (await http.delete(RUN)).status_code == 204
    for key in (begun["id"], NOBODY):
        answer = await http.get(f"{HRB}/junit-imports/{key}/status")
        assert await error(answer, 404) == f"Import not found with ID: {key}"


async def test_a_run_can_be_named_by_its_id(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    run = await created(await http.post(f"{HRB}/test_runs", json=new_run("Pipeline", 6, 7)), "test_run")
    advance(sandbox, "3s")
    begun = await started(http, path=f"{HRB}/junit-import/test-run/{run['id']}")
    assert begun["test_run_id"] == run["id"]
    done = [await looked(http, begun["id"]) for _ in range(3)][-1]
    assert done["details"]["imported_count"] == 2
