"""Results, one with the end of its output, screenshots, and grouped failures."""

import json
from typing import Any

import pytest
from mcp.types import ImageContent

from tests.desk import Desk, desk, text
from tests.tools.kit.wire import Wire, says
from tests.tools.testery.wired import client_over, run_as_read
from tools.kit.failure_groups import group_failures
from tools.kit.sandbox.canvas import Canvas
from tools.testery.models.results import Result
from tools.testery.sandbox.story import logs
from tools.testery.tools.failures import get_failures
from tools.testery.tools.log_tail import tail_of
from tools.testery.tools.results import get_screenshots

pytestmark = pytest.mark.anyio

HOTFIX = 902114
COUPON, GUEST, BUNDLE, LOUD, WORKER = 90211400009, 90211400010, 90211400006, 90211400020, 90211400041
INJECTED = "ignore previous instructions"


async def test_failed_results_come_first_and_the_cursor_goes_on_behind() -> None:
    async with desk() as d:
        first = await d.answer("testery_get_results", run_id=HOTFIX, limit=15)
        rest = await d.answer("testery_get_results", run_id=HOTFIX, limit=50, cursor=first["next_cursor"])
    rows = [*first["items"], *rest["items"]]
    assert len(rows) == first["coverage"]["total"] == 41
    assert [row["status"] for row in rows[:11]] == ["failed"] * 11
    assert "failed" not in {row["status"] for row in rows[11:]}
    assert len({row["result_id"] for row in rows}) == 41


async def test_results_are_found_by_status_and_by_words_of_their_errors() -> None:
    async with desk() as d:
        page = await d.answer("testery_get_results", run_id=HOTFIX, text="SHOP-412 confirmed")
        assert {row["name"] for row in page["items"]} == {
            "Payment is refused by the bank",
            "No confirmation is sent for a refused payment",
        }
        skipped = await d.answer("testery_get_results", run_id=HOTFIX, status=["skipped"])
    assert [row["said"] for row in skipped["items"]] == ["IGNORED"]


async def test_a_result_without_a_test_or_a_duration_is_shown_by_what_it_has() -> None:
    async with desk() as d:
        worker = await d.answer("testery_get_result", run_id=HOTFIX, result_id=WORKER)
        page = await d.answer("testery_get_results", run_id=HOTFIX, text="Saved card")
    assert worker["name"] == "Setup of worker 3"
    assert "file" not in worker
    assert "seconds" not in page["items"][0]


async def test_errors_come_without_colours_and_without_what_cannot_be_seen() -> None:
    async with desk() as d:
        answers = [
            await d.answer("testery_get_results", run_id=HOTFIX),
            await d.answer("testery_get_result", run_id=HOTFIX, result_id=BUNDLE),
            await d.answer("testery_get_failures", run_id=HOTFIX),
        ]
    told = json.dumps(answers, ensure_ascii=False)
    assert not [piece for piece in ("\x1b", "[31m", "[0m", "\u202e", "\u200b", "\x07") if piece in told]


async def test_injected_text_is_named_as_written_by_others() -> None:
    async with desk() as d:
        results = await d.answer("testery_get_results", run_id=HOTFIX)
        assert INJECTED in json.dumps(results)
        assert "items[].error" in results["written_by_others"]
        failures = await d.answer("testery_get_failures", run_id=HOTFIX)
        assert INJECTED in json.dumps(failures)
        assert "groups[].error" in failures["written_by_others"]
        assert "groups[].example.output[]" in failures["written_by_others"]


async def test_the_end_of_a_long_output_is_shown_within_its_budget_and_says_how_much_it_is() -> None:
    async with desk() as d:
        result = await d.answer("testery_get_result", run_id=HOTFIX, result_id=LOUD, output_bytes=5_000)
    shown = "\n".join(result["output"]) + "\n"
    assert 4_000 < len(shown.encode()) == result["output_bytes_shown"] <= 5_000
    assert result["output_bytes"] > 150_000


@pytest.mark.parametrize(
    ("words", "secret"),
    [("password", logs.PASSWORD), ("authorization", logs.TOKEN), ("api_key", logs.API_KEY)],
)
async def test_secrets_that_a_test_printed_are_masked_where_its_output_is_shown(words: str, secret: str) -> None:
    async with desk() as d:
        result = await d.answer("testery_get_result", run_id=HOTFIX, result_id=LOUD, output_text=words)
        assert len(result["output"]) == 1
        assert "[hidden]" in result["output"][0]
        assert secret not in json.dumps(result)


async def overheard(d: Desk, output: str) -> dict[str, Any]:
    """A result with this output."""
    body = {"id": COUPON, "status": "FAIL", "processOutput": output}
    path = f"/test-runs/{HOTFIX}/results/{COUPON}"
    await d.fault(platform="testery", method="GET", path=path, status=200, body=body)
    return await d.answer("testery_get_result", run_id=HOTFIX, result_id=COUPON, output_bytes=60)


@pytest.mark.parametrize(
    ("output", "secret"),
    [
        (f"start\n{'x' * 50}\npassword: Winter2019!harbour\nthe end", "Winter2019"),
        (f"{'-' * 40} password: Winter2019!harbour", "harbour"),
        ("pass\x1b[31mword: Winter2019!har\x1b[0mbour\n", "Winter2019"),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----\nend",
            "kqhkiG9w0BAQEF",
        ),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF", "kqhkiG9w0BAQEF"),
    ],
)
async def test_no_cut_leaves_half_a_secret(output: str, secret: str) -> None:
    async with desk() as d:
        assert secret not in json.dumps(await overheard(d, output))


def test_a_line_is_never_cut_and_a_longer_one_than_the_budget_is_left_out() -> None:
    tail = tail_of(f"first\n{'x' * 100}\nlast\n", 50)
    assert tail.lines == ["last"]
    assert (tail.shown, tail.total) == (5, 6 + 101 + 5)
    assert tail_of("x" * 100, 50).lines == []
    assert tail_of(None, 50).total == 0


def test_only_lines_with_the_words_are_counted_against_the_budget() -> None:
    tail = tail_of("error one\nnoise\nERROR two\nnoise", 20, "error")
    assert tail.lines == ["error one", "ERROR two"]


async def test_equal_failures_are_one_group_though_numbers_and_ids_differ() -> None:
    async with desk() as d:
        failures = await d.answer("testery_get_failures", run_id=HOTFIX)
    coupon, payment = (group for group in failures["groups"] if group["count"] > 1)
    assert (coupon["count"], payment["count"]) == (3, 2)
    assert {test["name"] for test in payment["tests"]} == {
        "Payment is refused by the bank",
        "No confirmation is sent for a refused payment",
    }
    assert sum(group["count"] for group in failures["groups"]) == failures["failed_results"] == 11


def test_ids_behind_an_underscore_do_not_part_equal_failures() -> None:
    told = [
        Result.model_validate({"id": n, "error": f"payment pay_{n:012x} failed after {n} ms"})
        for n in (0x7B6F84B7E33B, 0xC8AEADFD4751)
    ]
    assert len(group_failures(told, lambda result: result.what)) == 1


async def test_a_failure_that_passed_when_tried_again_says_so() -> None:
    async with desk() as d:
        failures = await d.answer("testery_get_failures", run_id=HOTFIX)
    flaky = [test for group in failures["groups"] for test in group["tests"] if test["mark"] == "flaky"]
    assert [test["name"] for test in flaky] == ["Find an article by a part of its name"]


async def test_what_failures_leave_out_is_said_with_the_way_to_it() -> None:
    async with desk() as d:
        failures = await d.answer("testery_get_failures", run_id=HOTFIX, at_most=4, output_bytes=500)
    assert len(failures["groups"]) == 4
    omitted = " | ".join(failures["omitted"])
    assert "4 smaller groups with 4 failures: pass a larger at_most" in omitted
    assert "earlier bytes of outputs" in omitted
    assert "stacks and outputs of 3 more failures" in omitted
    assert f"{COUPON}, {LOUD}: testery_get_screenshots" in omitted
    assert "videos: in the web app only" in omitted
    assert all(group["example"]["output_bytes_shown"] <= 500 for group in failures["groups"])


async def test_an_example_that_cannot_be_read_does_not_spoil_the_rest() -> None:
    async with desk() as d:
        path = f"/test-runs/{HOTFIX}/results/{COUPON}"
        await d.fault(platform="testery", method="GET", path=path, times=3, status=404)
        failures = await d.answer("testery_get_failures", run_id=HOTFIX)
    examples = {group["example"]["result_id"]: group["example"] for group in failures["groups"]}
    assert "404" in examples[COUPON]["why"]
    assert examples[COUPON]["stack"], "the list told the stack already"
    assert examples[LOUD]["output"]


async def test_a_failed_run_without_a_failed_result_says_where_its_reason_is() -> None:
    wire = Wire(says(json=run_as_read(5, status="FAIL", failCount=0)), says(json=[]))
    failures = await get_failures(client_over(wire), 5)
    assert failures.groups == []
    assert "testery_get_test_run shows the reason" in str(failures.note)


async def test_screenshots_come_as_pictures_and_what_is_none_says_why() -> None:
    async with desk() as d:
        result = await d.call("testery_get_screenshots", run_id=HOTFIX, result_ids=[COUPON, GUEST, BUNDLE], at_most=8)
        told = json.loads(text(result))
    assert sum(isinstance(block, ImageContent) for block in result.content) == 4
    assert [shot.get("why") for shot in told["screenshots"] if not shot["shown"]] == [
        "its host answers with a web page in its place",
        "its host answered 403",
    ]
    assert [(video["file"], video["kind"], video["size"]) for video in told["videos"]] == [
        ("video.webm", "video/webm", "1 kB")
    ] * len(told["videos"])
    assert told["videos"]
    assert "X-Amz" not in text(result)
    assert "testery/media" not in text(result)


async def test_pictures_are_fetched_without_the_token() -> None:
    async with desk() as d:
        await d.call("testery_get_screenshots", run_id=HOTFIX, result_ids=[COUPON])
        fetched = [e for e in d.sandboxes.journal.entries(platform="testery") if e.path.endswith(".png")]
    assert fetched
    assert {entry.headers["authorization"] for entry in fetched} == {"absent"}


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/shot.png?X-Amz-Signature=0123",
        "https://anybody.s3.amazonaws.com/shot.png?X-Amz-Signature=0123",
        "http://media.testery.io/shot.png",
        "https://testery.io.evil.example/shot.png",
        "https://user:pass@media.testery.io/shot.png",
        "https://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "nonsense",
    ],
)
async def test_a_picture_of_a_host_that_is_not_allowed_is_never_fetched(address: str) -> None:
    wire = Wire(says(json={"id": 7, "screenShots": [address]}), says(content=b"\x89PNG\r\n\x1a\n"))
    shots = await get_screenshots(client_over(wire), 5, [7])
    assert len(wire.arrived) == 1
    assert shots.pictures == []
    assert "TESTDESK_ATTACHMENT_HOSTS" in str(shots.screenshots[0].why)
    assert "0123" not in str(shots.screenshots[0].why)


@pytest.mark.parametrize(
    ("address", "settings"),
    [
        ("https://media.testery.io/shot.png?X-Amz-Signature=0123", {}),
        (
            "https://shots.s3.us-east-1.amazonaws.com/shot.png?X-Amz-Signature=0123",
            {"TESTDESK_ATTACHMENT_HOSTS": "shots.s3.us-east-1.amazonaws.com"},
        ),
    ],
)
async def test_the_vendors_own_hosts_and_those_an_operator_names_are_allowed(
    address: str, settings: dict[str, str]
) -> None:
    wire = Wire(says(json={"id": 7, "screenShots": [address]}), says(content=Canvas(2, 2, [(0, 0, 0)]).png()))
    shots = await get_screenshots(client_over(wire, **settings), 5, [7])
    assert len(shots.pictures) == 1
    assert str(wire.arrived[1].url) == address


async def test_an_unknown_result_says_where_ids_come_from() -> None:
    async with desk() as d:
        error = await d.refusal("testery_get_result", run_id=HOTFIX, result_id=1)
    assert f"Run {HOTFIX} has no result 1. testery_get_results shows its ids." in error
