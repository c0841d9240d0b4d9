"""Products are made, described and deleted; before a deletion a person reads what goes with it."""

import pytest

from tests.desk import DECLINE, ERAS, desk

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)


async def test_a_new_product_reaches_the_wire_as_the_reference_shows_it() -> None:
    async with desk() as d:
        made = await d.answer(
            "testio_create_product",
            title="Harbour Pay",
            description="Paying by phone.",
            product_type="mobile_app_android",
            industry="finance",
        )
        assert d.sent("POST", "/products") == (
            [],
            {
                "product": {
                    "title": "Harbour Pay",
                    "description": "Paying by phone.",
                    "product_type": "mobile_app_android",
                    "industry": "finance",
                }
            },
        )
        assert (made["now"]["name"], made["now"]["type"]) == ("Harbour Pay", "mobile_app_android")
        assert d.asked == []


@pytest.mark.parametrize("wrong", [{"product_type": "desktop"}, {"industry": "banking"}])
async def test_what_is_not_in_a_closed_list_is_refused_with_the_list_before_any_request(wrong: dict[str, str]) -> None:
    async with desk() as d:
        given = {"title": "X", "product_type": "website", "industry": "retail"} | wrong
        told = await d.refusal("testio_create_product", **given)
        assert "Nothing was sent" in told
        assert ("streaming_app" in told) or ("finance" in told)
        assert d.arrived() == []


async def test_a_description_is_changed_and_told_before_and_after() -> None:
    async with desk() as d:
        told = await d.answer("testio_update_product", product_id=71, description="The web shop.")
        before, now = told["before"]["description"], told["now"]["description"]
        assert (before, now) == ("The shop in the browser.", "The web shop.")
        assert d.sent("PUT", "/products/71") == ([], {"product": {"description": "The web shop."}})


async def test_an_unknown_product_says_where_ids_come_from() -> None:
    async with desk() as d:
        for name, more in (("testio_update_product", {"description": "x"}), ("testio_delete_product", {})):
            assert "No product 999. testio_list_products shows ids." in await d.refusal(name, product_id=999, **more)
        assert d.asked == d.writes() == []


@both_eras
async def test_a_deletion_names_the_product_and_counts_what_goes_with_it(mode: str) -> None:
    async with desk(mode) as d:
        stories = (await d.answer("testio_list_user_stories", product_id=72))["coverage"]["total"]
        features = (await d.answer("testio_list_features", product_id=72))["coverage"]["total"]
        bugs = (await d.answer("testio_list_bugs", product_ids=[72]))["coverage"]["total"]
        tests = (await d.answer("testio_list_exploratory_tests", product_id=72))["coverage"]["loaded"]
        gone = await d.answer("testio_delete_product", product_id=72)
        (question,) = d.asked
        for part in (
            "Delete product 72 'Harbour App'?",
            f"{tests} tests (",
            f" {bugs} bugs",
            f" {features} features",
            f" {stories} user stories",
            "2 test environments",
            "3 sections",
            "no undo",
        ):
            assert part in question, part
        assert gone["before"]["name"] == "Harbour App"
        assert d.writes() == ["DELETE /products/72"]
        assert "No product 72" in await d.refusal("testio_get_product", product_id=72)


@both_eras
async def test_a_product_stays_when_the_person_says_no(mode: str) -> None:
    async with desk(mode, person=DECLINE) as d:
        await d.refusal("testio_delete_product", product_id=72)
        assert d.writes() == []


@both_eras
async def test_without_a_person_no_product_is_deleted_or_even_looked_at(mode: str) -> None:
    async with desk(mode, person=None) as d:
        assert "needs the user's yes" in await d.refusal("testio_delete_product", product_id=72)
        assert d.arrived() == []


async def test_tests_that_cannot_all_be_read_are_counted_as_at_least() -> None:
    async with desk(person=DECLINE) as d:
        # Page after page fails until a single row is asked for: that row is left out.
        await d.fault(method="GET", path="/products/71/exploratory_tests", times=4, status=500)
        await d.refusal("testio_delete_product", product_id=71)
        assert "at least " in d.asked[0]
