"""Files: builds that are uploaded, results that are imported, and what is attached to a run."""

from urllib.parse import unquote

import httpx
import pytest

from server.settings import SANDBOX_ORIGIN
from tests.tools.testery_sandbox.requests import HOTFIX, advance, get_json, get_run, is_problem
from tools.kit.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.anyio

UPLOAD = "/projects/harbour-web/upload-url?build=9.0.1-rc3&file=dist/tests.zip&branch=main&commit=abc"
JUNIT = b"""<?xml version="1.0"?>
<testsuites><testsuite name="checkout">
  <testcase name="total" classname="cart.TotalTest" time="1.25"/>
  <testcase name="coupon" classname="cart.CouponTest" file="cart/coupon_test.py" time="0.5">
    <failure message="expected 44.91">Traceback: coupon_test.py:7</failure><system-out>log of coupon</system-out>
  </testcase>
  <testcase name="mail" classname="cart.MailTest"><error type="SMTPError">no server</error></testcase>
  <testcase name="later" classname="cart.MailTest" time="1,000.5"><skipped/></testcase>
</testsuite></testsuites>"""
FORM = {"projectId": "7301", "environmentId": "212", "branch": "main", "ref": "abc"}


async def put(http: httpx.AsyncClient, address: str, **headers: str) -> httpx.Response:
    """Send bytes to the store, without the credential that the API wants."""
    http.headers.pop("Authorization", None)
    return await http.put(address, content=b"PK-bytes", headers=headers)


# Builds


async def test_the_address_is_plain_text_and_takes_the_file(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    answer = await http.get(UPLOAD)
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith(f"{SANDBOX_ORIGIN}/testery/uploads/7301/9.0.1-rc3/dist/tests.zip?X-Amz-")
    stored = await put(http, answer.text)
    assert (stored.status_code, stored.content) == (200, b"")
    assert sandbox.world.builds[7301, "9.0.1-rc3"] == {"dist/tests.zip": 8}


async def test_the_type_of_the_content_is_not_signed(http: httpx.AsyncClient) -> None:
    address = (await http.get(UPLOAD)).text
    assert (await put(http, address, **{"content-type": "application/java-archive"})).status_code == 200


async def test_a_builds_name_may_have_a_slash_and_a_files_name_a_blank(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    address = (await http.get("/projects/harbour-web/upload-url?build=feature/x%2012&file=a/b%20c.zip")).text
    assert (await put(http, address)).status_code == 200
    assert sandbox.world.builds[7301, "feature/x 12"] == {"a/b c.zip": 8}
    assert "b c.zip" in unquote(address)


async def test_a_wrong_project_is_words_with_status_200(http: httpx.AsyncClient) -> None:
    for key in ("harbour", "7301"):
        answer = await http.get(f"/projects/{key}/upload-url?build=1&file=a.zip")
        assert (answer.status_code, answer.text) == (200, "invalid request")


@pytest.mark.parametrize("query", ["", "build=1", "file=a.zip", "build=&file=a.zip"])
async def test_a_build_and_a_file_are_needed(http: httpx.AsyncClient, query: str) -> None:
    assert (await http.get(f"/projects/harbour-web/upload-url?{query}")).status_code == 400


async def test_the_store_takes_nothing_else(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    address = (await http.get(UPLOAD)).text
    with_key = await http.put(address, content=b"x", headers={"Authorization": "Bearer demo"})
    assert (with_key.status_code, "InvalidArgument" in with_key.text) == (400, True)
    for other in (address.split("?")[0], address.replace("tests.zip", "other.zip"), address[:-1] + "_"):
        assert (await put(http, other)).status_code == 403
    assert (await http.get(address)).status_code == 404
    advance(sandbox, "15m")
    assert "Request has expired" in (await put(http, address)).text
    assert (7301, "9.0.1-rc3") not in sandbox.world.builds


async def test_the_suites_of_a_project(http: httpx.AsyncClient) -> None:
    assert await get_json(http, "/projects/7301/test-suites") == [
        {"id": 55, "name": "Smoke"},
        {"id": 56, "name": "Regression"},
        {"id": 57, "name": "Checkout"},
    ]
    assert is_problem(await http.get("/projects/1/test-suites"), 404)


async def test_the_projects_of_the_story(http: httpx.AsyncClient) -> None:
    assert await get_json(http, "/projects") == [
        {"id": 7301, "key": "harbour-web", "name": "Harbour Web", "accountId": 481},
        {"id": 7302, "key": "harbour-app", "name": "Harbour App", "accountId": 481},
        {"id": 7303, "key": "harbour-kiosk", "name": "Harbour Kiosk", "accountId": 481},
    ]


# Imports


async def imported(
    http: httpx.AsyncClient, content: bytes = JUNIT, form: dict[str, str] | None = None
) -> httpx.Response:
    files = {"file": ("results.xml", content, "text/xml")}
    return await http.post("/test-runs-upload", data=FORM | (form or {}), files=files)


async def test_a_junit_file_becomes_a_run_that_is_over(http: httpx.AsyncClient) -> None:
    answer = await imported(http)
    assert answer.status_code == 201
    seen = await get_run(http, answer.json()["id"])
    assert (seen["status"], seen["ended"], seen["branch"], seen["gitRef"]) == ("FAIL", True, "main", "abc")
    counts = [seen[name] for name in ("totalCount", "passCount", "failCount", "ignoredCount")]
    assert counts == [4, 1, 2, 1]
    assert (await get_json(http, "/test-runs?limit=1"))[0] == seen


async def test_names_and_failures_are_taken_over(http: httpx.AsyncClient) -> None:
    number = (await imported(http)).json()["id"]
    total, coupon, mail, skipped = await get_json(http, f"/test-runs/{number}/results")
    assert (total["projectTest"]["name"], total["duration"], total["error"]) == ("total", 1250, None)
    assert (coupon["projectTest"]["fileFilter"], coupon["error"]) == ("cart/coupon_test.py", "expected 44.91")
    assert coupon["stackTrace"] == "Traceback: coupon_test.py:7"
    assert (mail["error"], mail["stackTrace"], mail["projectTest"]["file"]) == (
        "SMTPError",
        "no server",
        "cart.MailTest",
    )
    assert (skipped["status"], skipped["duration"]) == ("IGNORED", 1_000_500)
    one = await get_json(http, f"/test-runs/{number}/results/{coupon['id']}")
    assert (one["processOutput"], one["screenShots"], one["videos"]) == ("log of coupon", [], [])


async def test_a_file_without_failures_passes(http: httpx.AsyncClient) -> None:
    content = b'<testsuite><testcase name="a" time="fast"/></testsuite>'
    assert (await imported(http, content)).json()["status"] == "PASS"


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"<html/>",
        b"<testsuite>",
        b"<!DOCTYPE testsuite><testsuite/>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><testsuite>&a;</testsuite>',
    ],
)
async def test_what_is_no_junit_is_500_with_a_sentence(http: httpx.AsyncClient, content: bytes) -> None:
    answer = await imported(http, content)
    assert (answer.status_code, list(answer.json())) == (500, ["message"])


async def test_an_import_needs_its_places_and_a_file(http: httpx.AsyncClient) -> None:
    for name in ("projectId", "environmentId"):
        assert is_problem(await imported(http, form={name: "999"}), 404)
        assert (await imported(http, form={name: ""})).status_code == 400
    assert is_problem(await imported(http, form={"testSuiteId": "999"}), 404)
    await http.delete("/environments/213")
    assert is_problem(await imported(http, form={"environmentId": "213"}), 404)
    assert (await http.post("/test-runs-upload", data=FORM)).status_code == 400
    assert (await http.post("/test-runs-upload", json={})).status_code == 400


# Attachments


async def attached(http: httpx.AsyncClient, kind: str, content: bytes, run_id: int = HOTFIX) -> httpx.Response:
    return await http.post(
        f"/test-runs/{run_id}/add-file/{kind}", files={"file": ("report.json", content, "text/plain")}
    )


async def test_a_coverage_report_shows_in_the_run(http: httpx.AsyncClient) -> None:
    report = b'{"DotCoverVersion":"2025.3","CoveredStatements":300,"TotalStatements":1200,"CoveragePercent":25}'
    answer = await attached(http, "DotCover", report)
    assert answer.json() == {
        "id": 61001,
        "testRunId": HOTFIX,
        "kind": "DotCover",
        "fileName": "report.json",
        "size": len(report),
    }
    hotfix = await get_run(http, HOTFIX)
    assert (hotfix["codeCoverageName"], hotfix["codeCoverageVersion"]) == ("DotCover", "2025.3")
    assert (hotfix["codeCoveragePercentage"], hotfix["codeCoverageTotalStatements"]) == (25, 1200)
    assert hotfix["codeCoverageCoveredStatements"] == 300


async def test_any_other_kind_of_file_is_taken(http: httpx.AsyncClient) -> None:
    assert (await attached(http, "log", b"text")).json()["kind"] == "log"
    assert (await get_run(http, HOTFIX))["codeCoverageName"] is None


async def test_a_file_needs_a_run_a_form_and_sense(http: httpx.AsyncClient) -> None:
    assert is_problem(await attached(http, "log", b"text", 1), 404)
    assert (await http.post(f"/test-runs/{HOTFIX}/add-file/log", content=b"text")).status_code == 400
    assert (await attached(http, "DotCover", b"no json")).status_code == 500
