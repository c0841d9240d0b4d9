"""What each platform gives an analysis, from the story: reports with outcomes, and results of runs."""

import pytest

from tests.desk import client_of, live_client
from tools.kit.survey import Query
from tools.kit.when import parse_timestamp
from tools.testery.client.testery import Testery
from tools.testery.tools.survey import survey as testery
from tools.testio.client.testio import TestIO
from tools.testio.tools.evidence import device_of
from tools.testio.tools.survey import survey as testio
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.tools.survey import survey as testomatio
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.tools.survey import survey as testsigma

pytestmark = pytest.mark.anyio


async def test_reports_have_texts_devices_and_what_became_of_them() -> None:
    assert testio.reports is not None
    async with live_client() as api:
        read = await testio.reports(api, Query())
        recent = await testio.reports(api, Query(since=parse_timestamp("2026-04-02T00:00:00Z")))
    assert (read.complete, len(read.rows)) == (True, 742)
    assert 0 < len(recent.rows) < 200
    bug = next(report for report in read.rows if report.bug_id == "88101")
    assert (bug.title, bug.steps[1], bug.outcome) == ("Coupon field accepts expired code", "Enter OLD10", "open")
    assert (bug.feature, bug.where, bug.devices[0].name) == ("Coupons", "71", "Google Pixel 4")
    assert {report.outcome for report in read.rows} == {"open", "accepted", "rejected"}
    assert all(report.decided_by for report in read.rows if report.outcome == "rejected")
    assert not any(report.decided_by for report in read.rows if report.outcome == "open")


def test_a_device_has_a_browser_only_where_the_platform_names_one() -> None:
    assert device_of("Google Pixel 4, Android 10, Chrome/Firefox").browser == "Chrome/Firefox"
    assert (device_of("Apple iPhone 15, iOS 17").system, device_of("Apple iPhone 15, iOS 17").browser) == ("iOS 17", "")
    assert device_of("unknown device").system == ""


@pytest.mark.parametrize(
    ("kind", "key", "survey", "run_id", "failed"),
    [
        (TestIO, "testio", testio, "5504", None),
        (Testomatio, "testomatio", testomatio, "9a01f1x0", 13),
        (Testery, "testery", testery, "902114", 11),
        (Testsigma, "testsigma", testsigma, "HRB-R-3", 5),
    ],
    ids=["testio", "testomatio", "testery", "testsigma"],
)
async def test_the_results_of_a_run_are_those_that_its_failures_are_counted_from(
    kind: type, key: str, survey: object, run_id: str, failed: int | None
) -> None:
    async with client_of(kind, key) as api:
        query = Query(limit=400)
        rows = (await survey.runs(api, query)).rows  # type: ignore[attr-defined]
        results = [(row.run_id, (await survey.results(api, row.run_id, query)).rows) for row in rows[:80]]  # type: ignore[attr-defined]
    with_results = {found: read for found, read in results if read}
    assert with_results, "some run has results"
    read = with_results.get(run_id) or next(iter(with_results.values()))
    assert all(one.title for one in read)
    assert all(one.error for one in read if one.status == "failed" and one.error is not None)
    if failed is not None:
        assert sum(one.status == "failed" for one in with_results[run_id]) >= failed
