"""Many tests are made from a list or from Markdown, row by row, and calling again is safe."""

from typing import Any

import pytest

from tests.desk import desk
from tests.tools.testomatio.holding import V2
from tools.kit.errors import Refused
from tools.testomatio.models.tests import plain_title
from tools.testomatio.tools.written_tests import from_markdown

pytestmark = pytest.mark.anyio

CREATE, COUPONS = "testomatio_create_tests", "c0ffee01"
BULK = f"POST {V2}/tests/bulk"


def titled(count: int) -> list[dict[str, Any]]:
    return [{"title": f"Case {number}", "priority": "low"} for number in range(count)]


async def test_two_hundred_go_in_four_requests_and_come_back_row_by_row() -> None:
    async with desk() as d:
        told = await d.answer(CREATE, suite_id="1dea5000", tests=titled(200))
        assert d.writes("testomatio") == [BULK] * 4
        _, body = d.sent("POST", f"{V2}/tests/bulk")
    assert [len(body["tests"]), body["tests"][0]] == [
        50,
        {"title": "Case 150", "suite_id": "1dea5000", "priority": "low"},
    ]
    assert told["done"] == "200 created."
    assert [row["number"] for row in told["items"]] == list(range(1, 201))
    assert all(row["status"] == "created" and row["id"] for row in told["items"])


async def test_calling_again_makes_nothing_twice_unless_that_is_wanted() -> None:
    async with desk() as d:
        first = await d.answer(CREATE, suite_id="1dea5000", tests=titled(3))
        again = await d.answer(CREATE, suite_id="1dea5000", tests=[*titled(3), {"title": "CASE  2 @smoke"}])
        assert d.writes("testomatio") == [BULK]
        twice = await d.answer(CREATE, suite_id="1dea5000", tests=titled(3), allow_duplicates=True)
    assert again["done"] == "4 there already."
    assert [row["id"] for row in again["items"][:3]] == [row["id"] for row in first["items"]]
    assert twice["done"] == "3 created."


async def test_a_title_that_the_list_has_twice_is_made_once() -> None:
    async with desk() as d:
        told = await d.answer(CREATE, suite_id="1dea5000", tests=[{"title": "Same"}, {"title": "same @x"}])
    assert [row["status"] for row in told["items"]] == ["created", "exists"]
    assert "twice" in told["items"][1]["why"]


async def test_a_dry_run_writes_nothing_and_shows_the_likes_of_it() -> None:
    async with desk() as d:
        told = await d.answer(
            CREATE, suite_id=COUPONS, dry_run=True, tests=[{"title": "An expired code is refusd"}, {"title": "New"}]
        )
        assert not d.writes("testomatio")
    assert told["done"] == "2 would be created."
    assert told["items"][0]["like"].startswith("c0de0010 ")
    assert "like" not in told["items"][1]


async def test_a_row_that_the_platform_refuses_holds_up_no_other() -> None:
    async with desk() as d:
        told = await d.answer(
            CREATE, suite_id="1dea5000", tests=[{"title": "A", "assigned_to": "who@else.example"}, {"title": "B"}]
        )
    assert [row["status"] for row in told["items"]] == ["failed", "created"]
    assert "member" in told["items"][0]["why"]
    assert "Call again" in told["next"]


async def test_a_batch_without_an_answer_is_unknown_and_the_rest_is_not_sent() -> None:
    async with desk() as d:
        await d.answer(CREATE, suite_id="1dea5000", tests=titled(1))
        await d.fault(platform="testomatio", method="POST", path=f"{V2}/tests/bulk", status=502, applied=True)
        told = await d.answer(CREATE, suite_id="1dea5000", tests=titled(120))
        again = await d.answer(CREATE, suite_id="1dea5000", tests=titled(120))
    assert told["done"] == "1 there already, 50 not known, 69 not sent."
    assert again["done"] == "51 there already, 69 created."


async def test_a_request_that_is_refused_as_such_fails_its_rows_only() -> None:
    async with desk() as d:
        await d.fault(
            platform="testomatio",
            method="POST",
            path=f"{V2}/tests/bulk",
            status=422,
            body={"error": "no"},
            applied=False,
        )
        told = await d.answer(CREATE, suite_id="1dea5000", tests=titled(60))
    assert told["done"] == "50 failed, 10 created."


async def test_a_used_up_quota_or_a_missing_right_is_an_error_and_not_fifty_rows() -> None:
    async with desk() as d:
        await d.switch("testomatio", quota_used_up=True)
        assert "quota" in await d.refusal(CREATE, suite_id="1dea5000", tests=titled(2))
        await d.switch("testomatio", quota_used_up=False)
        await d.fault(platform="testomatio", method="POST", path=f"{V2}/tests/bulk", status=403, body={"error": "no"})
        assert "lacks the right" in await d.refusal(CREATE, suite_id="1dea5000", tests=titled(2))


async def test_rows_that_do_not_come_one_for_each_are_not_made_up() -> None:
    async with desk() as d:
        await d.fault(
            platform="testomatio",
            method="POST",
            path=f"{V2}/tests/bulk",
            status=200,
            body={"data": [{"id": "11111111", "title": "Case 0", "status": "created"}]},
        )
        result = await d.call(CREATE, suite_id="1dea5000", tests=titled(2))
    told: dict[str, Any] = result.structured_content or {}
    assert [row["status"] for row in told["items"]] == ["unknown", "unknown"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"tests": [{"title": "A", "labels": ["Sevrity"]}]}, "Similar: "),
        ({"suite_id": None, "markdown": "## A"}, "Give suite_id"),
        ({"tests": [{"title": "A", "assigned_to": "Ann"}]}, "testomatio_list_users"),
        ({}, "either tests or markdown"),
        ({"tests": [{"title": "A"}], "markdown": "## A"}, "either tests or markdown"),
        ({"markdown": "no heading"}, "Line 1"),
        ({"tests": titled(201)}, "200"),
        ({"suite_id": "f01de004", "tests": [{"title": "A"}]}, "folder holds no tests"),
        ({"tests": [{"title": "A", "suite_id": "00000000"}]}, "testomatio_get_suite_tree"),
    ],
)
async def test_what_a_bulk_write_cannot_do_is_refused_whole(arguments: dict[str, Any], words: str) -> None:
    async with desk() as d:
        assert words in await d.refusal(CREATE, **({"suite_id": "1dea5000"} | arguments))
        assert not d.writes("testomatio")


async def test_markdown_becomes_tests_with_their_bodies() -> None:
    text = """# Coupons

## A code is used twice @smoke

### Steps
1. Enter OLD10

```md
## no test, code
```

## A code in C#   ##
"""
    async with desk() as d:
        told = await d.answer(CREATE, suite_id="1dea5000", markdown=text)
        made = await d.answer("testomatio_get_test", test_id=told["items"][0]["id"])
    assert [row["title"] for row in told["items"]] == ["A code is used twice @smoke", "A code in C#"]
    assert made["test"]["description"].startswith("### Steps\n1. Enter OLD10")
    assert made["test"]["description"].endswith("```")
    assert made["test"]["tags"] == ["smoke"]


@pytest.mark.parametrize("text", ["", "\n\n", "# Only a title", "text\n## A"])
def test_markdown_without_a_test_on_top_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(Refused, match="## Title @tag"):
        from_markdown(text)


def test_titles_are_compared_by_what_people_see() -> None:
    assert plain_title(" A  Code\u200b works @smoke @x:1 ") == plain_title("a code WORKS")
    assert plain_title("mail@shop.example is read") == "mail@shop.example is read"


async def test_many_are_moved_or_changed_alike_and_each_row_says_what_became_of_it() -> None:
    async with desk() as d:
        told = await d.answer(
            "testomatio_update_tests", test_ids=["@Tc0de0010", "c0de0011", "00000000", "c0de0010"], suite_id="7e911f66"
        )
        moved = await d.answer("testomatio_get_test", test_id="c0de0011")
        _, body = d.sent("POST", f"{V2}/tests/bulk")
    assert body["tests"][0] == {"id": "c0de0010", "suite_id": "7e911f66"}
    assert [row["status"] for row in told["items"]] == ["updated", "updated", "failed"]
    assert moved["test"]["suite_id"] == "7e911f66"


async def test_a_person_is_taken_off_many_with_an_empty_address() -> None:
    async with desk() as d:
        await d.answer("testomatio_update_tests", test_ids=["c0de0010"], assigned_to="")
        _, body = d.sent("POST", f"{V2}/tests/bulk")
        test = await d.answer("testomatio_get_test", test_id="c0de0010")
    assert body == {"tests": [{"id": "c0de0010", "assigned_to": None}]}
    assert "assigned_to" not in test["test"]
