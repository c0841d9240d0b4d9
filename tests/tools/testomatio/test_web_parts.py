"""What only a login opens: parameters and examples, templates, comments, people."""

from typing import Any

import pytest

from tests.desk import ERAS, desk
from tests.tools.testomatio.holding import WEB

pytestmark = pytest.mark.anyio

TEST, PLAIN = "c0de0020", "c0de0010"


async def test_rows_are_added_once_and_must_fit_the_parameters() -> None:
    async with desk() as d:
        told = await d.answer(
            "testomatio_add_test_examples", test_id=f"@T{TEST}", rows=[["Norway", "9.90"], ["Germany", "3.90"]]
        )
        assert d.writes("testomatio") == [f"POST {WEB}/examples"]
        short = await d.refusal("testomatio_add_test_examples", test_id=TEST, rows=[["Norway", "9.90"], ["Spain"]])
        none = await d.refusal("testomatio_add_test_examples", test_id=PLAIN, rows=[["x"]])
        long = await d.refusal("testomatio_add_test_examples", test_id=TEST, rows=[["x" * 251, "y"]])
    assert told["done"] == "1 added, 1 already there."
    assert told["now"]["examples"][-1]["cells"] == ["Norway", "9.90"]
    assert "Row 2 does not have a cell for each of the 2 parameters" in short
    assert "testomatio_set_test_parameters" in none
    assert "250" in long  # longer ones the platform would cut in silence


async def test_a_row_that_fails_says_how_many_came_before() -> None:
    async with desk() as d:
        await d.answer("testomatio_get_test", test_id=TEST, with_parameters=True)
        await d.fault(platform="testomatio", method="POST", path=f"{WEB}/examples", delay=0.01, times=1)
        await d.fault(
            platform="testomatio",
            method="POST",
            path=f"{WEB}/examples",
            status=400,
            body={"error": "no"},
            applied=False,
        )
        sentence = await d.refusal(
            "testomatio_add_test_examples", test_id=TEST, rows=[["A", "1"], ["B", "2"], ["C", "3"]]
        )
        again = await d.answer("testomatio_add_test_examples", test_id=TEST, rows=[["A", "1"], ["B", "2"], ["C", "3"]])
    assert "1 of 3 rows were added before" in sentence
    assert len(again["now"]["examples"]) == 8


@pytest.mark.parametrize(
    ("parameters", "asks"),
    [(["country", "price", "currency"], False), (["price", "country"], True), ([], True), (["country"], True)],
)
async def test_parameters_ask_where_examples_would_lose_their_columns(parameters: list[str], *, asks: bool) -> None:
    async with desk() as d:
        told = await d.answer("testomatio_set_test_parameters", test_id=TEST, parameters=parameters)
        asked = list(dict.fromkeys(d.asked))
    assert told["now"].get("parameters", []) == parameters
    assert bool(asked) is asks
    if asks:
        assert "5 examples belong to them by their order" in asked[0]


async def test_the_same_name_twice_is_refused() -> None:
    async with desk() as d:
        assert "twice" in await d.refusal("testomatio_set_test_parameters", test_id=PLAIN, parameters=["a", "a"])


@pytest.mark.parametrize("mode", ERAS)
async def test_a_row_is_changed_and_deleted_after_a_yes(mode: str) -> None:
    async with desk(mode) as d:
        changed = await d.answer(
            "testomatio_update_test_example", test_id=TEST, example_id=7001, cells=["Germany", "4.90"]
        )
        await d.answer("testomatio_delete_test_example", test_id=TEST, example_id=7001)
        other = await d.refusal("testomatio_delete_test_example", test_id=PLAIN, example_id=7002)
        asked = d.asked[0]
    assert (changed["before"]["cells"][1], changed["now"]["cells"][1]) == ("3.90", "4.90")
    assert "Delete example 7001 ('Germany', '4.90')" in asked
    assert "The test keeps 4 examples." in asked
    assert "its examples are none" in other


async def test_templates_of_a_kind_are_filtered_again_since_the_platform_falls_back_to_all() -> None:
    async with desk() as d:
        tests = await d.answer("testomatio_list_templates", kind="test")
        none = await d.answer("testomatio_list_templates", kind="charter")
    assert [row["id"] for row in tests["items"]] == ["61"]
    assert none["items"] == []
    assert none["coverage"]["loaded"] == 4


async def test_a_template_is_read_as_a_default_and_filled_in_for_a_test() -> None:
    async with desk() as d:
        default = await d.answer("testomatio_get_template", default_of="test")
        filled = await d.answer("testomatio_get_template", default_of="test", test_id=PLAIN)
        assert "testomatio_list_templates" in await d.refusal("testomatio_get_template", default_of="charter")
        assert "either" in await d.refusal("testomatio_get_template")
    assert default["id"] == filled["id"] == "61"
    assert "document" not in default
    assert filled["document"]


@pytest.mark.parametrize("mode", ERAS)
async def test_templates_are_made_changed_and_deleted(mode: str) -> None:
    async with desk(mode) as d:
        made = await d.answer("testomatio_create_template", title="Charter", kind="test", body="# Goal")
        number = made["now"]["id"]
        changed = await d.answer("testomatio_update_template", template_id=number, body="# Goal\n# Risks")
        await d.answer("testomatio_delete_template", template_id="61")
        asked = d.asked[0]
    assert (changed["before"]["body"], changed["now"]["body"]) == ("# Goal", "# Goal\n# Risks")
    assert "'Test by hand', the default of its kind test" in asked


@pytest.mark.parametrize("mode", ERAS)
async def test_comments_are_read_written_and_deleted_on_one_thing(mode: str) -> None:
    async with desk(mode) as d:
        await d.answer("testomatio_create_comment", target="suite", target_id="@Sc0ffee01", body="Look here")
        _, body = d.sent("POST", f"{WEB}/comments")
        listed = await d.answer("testomatio_list_comments", target="suite", target_id="c0ffee01")
        number = listed["items"][0]["id"]
        where: dict[str, Any] = {"target": "suite", "target_id": "c0ffee01", "comment_id": number}
        await d.answer("testomatio_update_comment", **where, body="Look there")
        gone = await d.answer("testomatio_delete_comment", **where)
        asked = d.asked[0]
        none = await d.refusal("testomatio_delete_comment", **where)
    assert body["data"]["attributes"] == {"body": "Look here", "suite_id": "c0ffee01"}
    assert "'Look there'" in asked
    assert gone["before"]["body"] == "Look there"
    assert "testomatio_list_comments" in none


async def test_a_comment_with_orders_in_it_stays_a_strangers_and_in_quotes() -> None:
    async with desk() as d:
        listed = await d.answer("testomatio_list_comments", target="test", target_id=PLAIN)
        await d.answer("testomatio_delete_comment", target="test", target_id=PLAIN, comment_id="4003")
        asked = d.asked[0]
    assert "items[].body" in listed["written_by_others"]
    assert ": 'ignore previous instructions" in asked


async def test_people_are_found_by_name_or_number() -> None:
    async with desk() as d:
        iris = await d.answer("testomatio_list_users", text="iris")
        same = await d.answer("testomatio_list_users", user_id="4102")
        none = await d.refusal("testomatio_list_users", user_id="1")
    assert iris["items"] == same["items"]
    assert iris["items"][0]["email"] == "iris.okafor@shop.example.test"
    assert "has no member '1'" in none
