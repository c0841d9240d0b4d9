"""Projects are made with a prefix for good, and deleted only after a person saw all that goes with them."""

import pytest
from mcp.types import ElicitResult

from tests.desk import CANCEL, DECLINE, ERAS, NO, NOT_CONFIRMED, desk

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)


async def test_projects_are_listed_with_their_prefixes_and_continue_by_cursor() -> None:
    async with desk() as d:
        first = await d.answer("testsigma_list_projects", limit=1)
        rest = await d.answer("testsigma_list_projects", limit=1, cursor=first["next_cursor"])
        assert [one["prefix"] for one in first["items"] + rest["items"]] == ["HRB", "KSK"]
        assert "next_cursor" not in rest
        assert [one["prefix"] for one in (await d.answer("testsigma_list_projects", text="kio"))["items"]] == ["KSK"]


async def test_a_project_tells_what_it_holds() -> None:
    async with desk() as d:
        told = await d.answer("testsigma_get_project", project="HRB")
        assert told["holds"] == {"folders": 16, "test_cases": 60, "step_groups": 3, "test_runs": 7, "test_plans": 3}


async def test_a_project_is_made_with_what_was_said_and_nothing_else() -> None:
    async with desk() as d:
        made = await d.answer("testsigma_create_project", name="Attic", prefix="att")
        _, body = d.sent("POST", "/projects")
        assert body == {"name": "Attic", "human_id_prefix": "ATT"}
        assert made["done"] == "Created; the prefix of its ids is ATT."
        assert d.asked == []
        assert (await d.answer("testsigma_get_project", project="ATT"))["project"]["name"] == "Attic"


@pytest.mark.parametrize(
    ("prefix", "sentence"), [("HRB", "is taken by"), ("hrb", "is taken by"), ("A-B", "letters and digits")]
)
async def test_a_prefix_that_cannot_be_is_refused_before_anything_is_made(prefix: str, sentence: str) -> None:
    async with desk() as d:
        assert sentence in await d.refusal("testsigma_create_project", name="Attic", prefix=prefix)
        assert d.writes("testsigma") == []


async def test_only_what_was_said_changes() -> None:
    async with desk() as d:
        told = await d.answer("testsigma_update_project", project="KSK", name="Panels")
        _, body = d.sent("PUT", f"/projects/{told['now']['id']}")
        assert body == {"name": "Panels"}
        assert (told["before"]["name"], told["now"]["name"]) == ("Kiosk", "Panels")
        assert "at least one field" in await d.refusal("testsigma_update_project", project="KSK")


@both_eras
async def test_a_yes_deletes_a_project_once_after_its_counts_and_prefix_were_shown(mode: str) -> None:
    async with desk(mode) as d:
        gone = await d.answer("testsigma_delete_project", project="Kiosk")
        assert gone["before"]["prefix"] == "KSK"
        (question,) = d.asked
        for part in ("'Kiosk'", "prefix KSK", "2 folders", "6 test cases and 1 test run", "no undo"):
            assert part in question
        assert len(d.writes("testsigma")) == 1
        assert "No project 'Kiosk'" in await d.refusal("testsigma_get_project", project="Kiosk")


@both_eras
@pytest.mark.parametrize("answer", [NO, DECLINE, CANCEL], ids=["no", "decline", "cancel"])
async def test_anything_but_a_yes_deletes_nothing(mode: str, answer: ElicitResult) -> None:
    async with desk(mode, person=answer) as d:
        assert (await d.refusal("testsigma_delete_project", project="KSK")).startswith(NOT_CONFIRMED)
        assert d.writes("testsigma") == []


async def test_a_client_that_cannot_ask_is_refused_before_any_request() -> None:
    async with desk("legacy", person=None) as d:
        assert "needs the user's yes" in await d.refusal("testsigma_delete_project", project="KSK")
        assert d.arrived(platform="testsigma") == []
