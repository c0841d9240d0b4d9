"""Results and the story in them: what still fails, what is new, fixed and flaky, and what guards are tried on."""

import re
from urllib.parse import urlsplit

import httpx
import pytest

from server.settings import SANDBOX_ORIGIN
from tests.tools.testery_sandbox.requests import (
    HOTFIX,
    RELEASE,
    advance,
    client_with,
    get_json,
    get_run,
    results_by_name,
)
from tools.kit.sandbox.sandbox import Sandbox
from tools.testery.sandbox.story.logs import API_KEY, PASSWORD, TOKEN

pytestmark = pytest.mark.anyio

COUPON = {
    "An expired code is refused",
    "An expired code is refused for a guest",
    "An expired code is refused after a reload",
}
PAYMENT = {"Payment is refused by the bank", "No confirmation is sent for a refused payment"}
ANSI = re.compile(r"\x1b\[[0-9;]*m")


async def detail(http: httpx.AsyncClient, run_id: int, name: str) -> dict[str, object]:
    found = (await results_by_name(http, run_id))[name]
    one: dict[str, object] = await get_json(http, f"/test-runs/{run_id}/results/{found['id']}")
    return one


def first_line(error: str) -> str:
    return ANSI.sub("", error).split("\n")[0]


def without_numbers(error: str) -> str:
    return re.sub(r"[0-9a-f-]*\d[0-9a-f.-]*", "#", ANSI.sub("", error))


async def test_what_fails_in_both_runs_what_is_new_and_what_is_fixed(http: httpx.AsyncClient) -> None:
    before, after = set(await results_by_name(http, RELEASE)), set(await results_by_name(http, HOTFIX))
    still = {"Bundle price of three articles", "Total of 0.00 with two coupons asks for a payment"}
    assert before & after == COUPON | PAYMENT | still
    assert after - before == {"Pay with Apple Pay", "Saved card", "Setup of worker 3"}
    assert before - after == {
        "Total with shipping",
        "Reset the password",
        "Warenkorb: „Zur Kasse“ öffnet die Kasse",
        "Close the list of suggestions on a tablet",
    }


async def test_one_test_is_there_in_the_older_run_only_and_one_in_the_newer(http: httpx.AsyncClient) -> None:
    names = []
    for run_id in (RELEASE, HOTFIX):
        results = await get_json(http, f"/test-runs/{run_id}/results")
        names.append({one["projectTest"]["name"] for one in results if one["projectTest"] is not None})
    assert names[0] - names[1] == {"Subscribe to the newsletter"}
    assert names[1] - names[0] == {"A code can be taken off again"}


async def test_one_fault_has_one_error_with_other_numbers_each_time(http: httpx.AsyncClient) -> None:
    for fault in (COUPON, PAYMENT):
        errors = [
            (await results_by_name(http, run_id))[name]["error"] for run_id in (RELEASE, HOTFIX) for name in fault
        ]
        assert len(set(errors)) == len(errors)
        assert len({without_numbers(error) for error in errors}) == 1
    error = (await results_by_name(http, HOTFIX))["An expired code is refused"]["error"]
    assert re.fullmatch(
        r"Error: Expected the code OLD10 to be refused, but the total went from \d+\.\d\d to \d+\.\d\d",
        first_line(error),
    )


async def test_the_payment_group_names_the_trackers_key(http: httpx.AsyncClient) -> None:
    failed = await results_by_name(http, HOTFIX)
    assert all("SHOP-412" in failed[name]["error"] for name in PAYMENT)


async def test_a_flaky_test_failed_and_passed_when_it_was_tried_again(http: httpx.AsyncClient) -> None:
    name = "Find an article by a part of its name"
    results = await get_json(http, f"/test-runs/{HOTFIX}/results")
    tries = [one["status"] for one in results if (one["projectTest"] or {}).get("name") == name]
    hotfix = await get_run(http, HOTFIX)
    assert tries == ["FAIL", "PASS"]
    assert (hotfix["hasFlakyTest"], (await get_run(http, RELEASE))["hasFlakyTest"]) == (True, False)
    assert (hotfix["failCount"], hotfix["totalCount"], len(results)) == (10, 40, 41)


async def test_another_flaky_test_shows_in_the_history(http: httpx.AsyncClient) -> None:
    name, seen = "Close the list of suggestions on a tablet", []
    nightlies = [one["id"] for one in await get_json(http, "/test-runs?limit=1000") if one["name"] == "Nightly"]
    for number in nightlies[:30]:
        for one in await get_json(http, f"/test-runs/{number}/results"):
            if one["projectTest"]["name"] == name:
                seen.append(one["status"])
    assert {"PASS", "FAIL"} == set(seen)


async def test_a_passed_run_holds_failures_that_are_quarantined(http: httpx.AsyncClient) -> None:
    passed = await get_run(http, 902106)
    assert (passed["status"], passed["failCount"]) == ("PASS", 2)
    assert len(await results_by_name(http, 902106)) == 2


async def test_a_result_without_a_test_and_one_without_a_duration(http: httpx.AsyncClient) -> None:
    results = await get_json(http, f"/test-runs/{HOTFIX}/results")
    orphans = [one for one in results if one["projectTest"] is None]
    assert [one["name"] for one in orphans] == ["Setup of worker 3"]
    assert [one["projectTest"]["name"] for one in results if one["duration"] is None] == ["Saved card"]
    orphan = await get_json(http, f"/test-runs/{HOTFIX}/results/{orphans[0]['id']}")
    assert (orphan["name"], orphan["file"], orphan["screenShots"]) == ("Setup of worker 3", None, [])


async def test_colours_and_control_characters_are_left_in(http: httpx.AsyncClient) -> None:
    failed = await results_by_name(http, HOTFIX)
    assert "\x1b[31m" in failed["An expired code is refused"]["error"]
    assert "\x07" in failed["Payment is refused by the bank"]["error"]
    assert "\x1b[2m" in failed["An expired code is refused"]["stackTrace"]
    assert "\x1b[" in str((await detail(http, HOTFIX, "Saved card"))["processOutput"])


async def test_a_text_that_gives_orders_is_hidden_in_an_error(http: httpx.AsyncClient) -> None:
    error = (await results_by_name(http, HOTFIX))["Bundle price of three articles"]["error"]
    assert {"\u202e", "\u200b", "\u202c"} <= set(error)
    assert "ignore previous instructions" in error.replace("\u200b", "")


async def test_a_german_failure(http: httpx.AsyncClient) -> None:
    error = (await results_by_name(http, RELEASE))["Warenkorb: „Zur Kasse“ öffnet die Kasse"]["error"]
    assert error.startswith("Fehler: „Zur Kasse“ sollte nach einem Tippen")


async def test_a_result_in_depth_has_its_words_again_and_the_log(http: httpx.AsyncClient) -> None:
    listed = (await results_by_name(http, HOTFIX))["An expired code is refused"]
    one = await detail(http, HOTFIX, "An expired code is refused")
    assert (one["error"], one["stackTrace"]) == (listed["error"], listed["stackTrace"])
    assert (one["name"], one["file"], one["fileFilter"]) == (
        "An expired code is refused",
        "coupons.spec.ts",
        "tests/coupons/coupons.spec.ts",
    )
    assert "An expired code is refused" in str(one["processOutput"])


async def test_one_log_is_very_long_with_secrets_in_its_middle(http: httpx.AsyncClient) -> None:
    log = str((await detail(http, HOTFIX, "Payment is refused by the bank"))["processOutput"])
    assert 200_000 <= len(log) < 205_000
    for secret in (PASSWORD, TOKEN, API_KEY):
        assert log.count(secret) == 1
        assert 90_000 < log.index(secret) < 110_000


async def test_the_log_is_called_output_by_a_switch() -> None:
    async with client_with(output_field=True) as http:
        one = await detail(http, HOTFIX, "Saved card")
        assert one["output"]
        assert "processOutput" not in one


async def test_answers_are_the_same_in_every_world(http: httpx.AsyncClient) -> None:
    async with client_with() as other:
        for path in (f"/test-runs/{HOTFIX}/results", "/test-runs?limit=250", "/test-runs/902103/results"):
            assert await get_json(http, path) == await get_json(other, path)


# Media


async def shots(http: httpx.AsyncClient, name: str) -> list[str]:
    found = (await detail(http, HOTFIX, name))["screenShots"]
    assert isinstance(found, list)
    return found


async def test_a_screenshot_opens_by_its_address_alone(http: httpx.AsyncClient) -> None:
    addresses = await shots(http, "An expired code is refused")
    assert len(addresses) == 2
    http.headers.pop("Authorization")
    for address in addresses:
        answer = await http.get(address)
        assert answer.headers["content-type"] == "image/png"
        assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")


async def test_a_video_lies_beside_it(http: httpx.AsyncClient) -> None:
    videos = (await detail(http, HOTFIX, "Saved card"))["videos"]
    assert isinstance(videos, list)
    http.headers.pop("Authorization")
    assert (await http.get(videos[0])).headers["content-type"] == "video/webm"


async def test_a_second_credential_is_refused_by_the_store(http: httpx.AsyncClient) -> None:
    answer = await http.get((await shots(http, "Saved card"))[0])
    assert (answer.status_code, "InvalidArgument" in answer.text) == (400, True)


async def test_one_picture_is_a_page_and_one_address_has_run_out(http: httpx.AsyncClient) -> None:
    page = (await shots(http, "An expired code is refused for a guest"))[1]
    old = (await shots(http, "Bundle price of three articles"))[1]
    http.headers.pop("Authorization")
    assert (await http.get(page)).headers["content-type"].startswith("text/html")
    expired = await http.get(old)
    assert (expired.status_code, "Request has expired" in expired.text) == (403, True)


async def test_an_address_holds_for_an_hour_and_for_one_file(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    address = (await shots(http, "Saved card"))[0]
    http.headers.pop("Authorization")
    parts = urlsplit(address)
    assert (await http.get(address.replace("failure-1", "failure-2"))).status_code == 403
    assert (await http.get(f"{SANDBOX_ORIGIN}{parts.path}")).status_code == 403
    advance(sandbox, "59m")
    assert (await http.get(address)).status_code == 200
    advance(sandbox, "1m")
    assert (await http.get(address)).status_code == 403
