"""Words, users and labels of a workspace, and a list of users that nobody says the length of."""

import pytest

from tests.desk import client_of, desk
from tools.kit.errors import Refused
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.tools.names import find_user

pytestmark = pytest.mark.anyio

STRANGER = "11111111-2222-4333-8444-555555555555"


async def test_one_tool_lists_the_five_kinds_of_words_in_their_order() -> None:
    async with desk() as d:
        told = {one["kind"]: one["words"] for one in (await d.answer("testsigma_list_lookups"))["lookups"]}
        assert told["priority"] == ["Critical", "Major", "Medium", "Minor"]
        assert set(told) == {"priority", "type", "status", "automation", "result_status"}
        one = await d.answer("testsigma_list_lookups", kind="priority")
        assert [one["kind"] for one in one["lookups"]] == ["priority"]


async def test_users_are_listed_by_name_and_found_by_a_part() -> None:
    async with desk() as d:
        page = await d.answer("testsigma_list_users")
        names = [row["name"] for row in page["items"]]
        assert names == sorted(names)
        assert page["coverage"]["complete"]
        assert [row["name"] for row in (await d.answer("testsigma_list_users", text="OKAFOR"))["items"]] == [
            "Iris Okafor"
        ]
        assert {row["status"] for row in page["items"]} == {"ACTIVE", "INACTIVE"}


async def test_users_are_asked_for_in_one_large_page() -> None:
    async with desk() as d:
        await d.answer("testsigma_list_users")
        query, _ = d.sent("GET", "/users")
        assert query == [("page_size", "200")]


async def test_labels_are_listed_with_their_names() -> None:
    async with desk() as d:
        page = await d.answer("testsigma_list_labels")
        assert len(page["items"]) == page["coverage"]["total"] == 10
        assert {"name": "Lieferadresse"} in page["items"]


async def test_a_full_page_of_users_may_not_be_all_and_says_so() -> None:
    people = [{"id": f"00000000-0000-4000-8000-{n:012}", "email": f"p{n}@shop.example.test"} for n in range(200)]
    async with desk() as d:
        await d.fault(platform="testsigma", method="GET", path="/users", times=9, status=200, body={"data": people})
        page = await d.answer("testsigma_list_users", limit=5)
        assert page["coverage"] == {
            "loaded": 200,
            "matched": 200,
            "complete": False,
            "why": "200 were read, a full page, and the server does not say whether there are more",
        }
        told = await d.refusal("testsigma_assign_test_case", run_id="HRB-R-4", case_id="HRB-7", user="Somebody Else")
        assert "and more: testsigma_list_users shows them" in told


async def test_a_uuid_that_a_short_list_of_users_lacks_is_believed_and_one_that_a_whole_list_lacks_is_not() -> None:
    async with client_of(Testsigma, "testsigma") as api:
        with pytest.raises(Refused, match="is no user"):
            await find_user(api, STRANGER)
    async with desk() as d:
        people = [{"id": f"00000000-0000-4000-8000-{n:012}"} for n in range(200)]
        await d.fault(platform="testsigma", method="GET", path="/users", times=9, status=200, body={"data": people})
        told = await d.refusal("testsigma_assign_test_case", run_id="HRB-R-4", case_id="HRB-7", user=STRANGER)
        assert "refused an id that does not exist" in told
