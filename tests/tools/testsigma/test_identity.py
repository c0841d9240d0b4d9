"""Things are called as people call them, everywhere; what is no id is refused before anything is asked for."""

from typing import Any

import pytest

from tests.desk import Desk, client_of, desk
from tools.kit.errors import NotFound, Refused
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.tools.identity import known_project
from tools.testsigma.tools.names import find_lookup, find_user

pytestmark = pytest.mark.anyio


async def uuid_of(d: Desk, path: str) -> str:
    """The UUID that a human id stands for, as the sandbox has it."""
    _, key = path.split("/")
    shelf = {"test_cases": "cases", "test_runs": "runs", "test_plans": "plans", "step_groups": "groups"}[
        path.split("/")[0]
    ]
    found = [one for one in getattr(d.sandboxes.sandboxes["testsigma"].world, shelf) if one.human_id == key]
    return str(found[0].id)


@pytest.mark.parametrize("project", ["HRB", "hrb", "Harbour", "harbour", " Harbour "])
async def test_a_project_is_found_by_name_and_prefix_whatever_the_capitals(project: str) -> None:
    async with client_of(Testsigma, "testsigma") as api:
        assert (await known_project(api, project)).prefix == "HRB"


async def test_a_project_is_found_by_its_uuid() -> None:
    async with client_of(Testsigma, "testsigma") as api:
        harbour = await known_project(api, "HRB")
        assert (await known_project(api, harbour.id.upper())).prefix == "HRB"


async def test_a_name_that_two_projects_have_is_refused_with_both() -> None:
    async with desk() as d:
        await d.answer("testsigma_create_project", name="Harbour", prefix="HB2")
        told = await d.refusal("testsigma_get_folder_tree", project="harbour")
        assert "Several projects are called 'harbour'" in told
        assert "HRB" in told
        assert "HB2" in told
        assert (await d.answer("testsigma_get_project", project="HRB"))["project"]["prefix"] == "HRB"


async def test_a_project_that_was_made_meanwhile_is_found() -> None:
    async with desk() as d:
        await d.answer("testsigma_get_folder_tree", project="HRB")
        world = d.sandboxes.sandboxes["testsigma"].world
        harbour = next(iter(world.projects.values()))
        harbour.name = "Port"
        assert (await d.answer("testsigma_get_project", project="Port"))["project"]["prefix"] == "HRB"


async def test_projects_are_read_once_in_a_few_minutes() -> None:
    async with desk() as d:
        for _ in range(3):
            await d.answer("testsigma_get_test_plan", plan_id="HRB-P-2")
        assert d.arrived(platform="testsigma").count("GET /projects") == 1


@pytest.mark.parametrize(
    ("tool", "name", "human_id", "path"),
    [
        ("testsigma_get_test_case", "case_id", "HRB-7", "test_cases/HRB-7"),
        ("testsigma_get_step_group", "step_group_id", "HRB-SG-2", "step_groups/HRB-SG-2"),
        ("testsigma_get_test_run", "run_id", "HRB-R-4", "test_runs/HRB-R-4"),
        ("testsigma_get_test_plan", "plan_id", "HRB-P-2", "test_plans/HRB-P-2"),
    ],
)
async def test_an_id_works_in_any_capitals_and_a_uuid_with_its_project(
    tool: str, name: str, human_id: str, path: str
) -> None:
    async with desk() as d:
        for typed in (human_id, human_id.lower(), f" {human_id} "):
            assert (await d.answer(tool, **{name: typed}))["id"] == human_id
        uuid = await uuid_of(d, path)
        assert (await d.answer(tool, **{name: uuid.upper()}, project="HRB"))["id"] == human_id
        before = len(d.arrived(platform="testsigma"))
        assert "A UUID does not tell the project" in await d.refusal(tool, **{name: uuid})
        assert len(d.arrived(platform="testsigma")) == before


@pytest.mark.parametrize(
    ("tool", "name", "wrong", "sentence"),
    [
        (
            "testsigma_get_test_case",
            "case_id",
            "HRB-R-4",
            "'HRB-R-4' is a test run's id; testsigma_get_test_run takes it.",
        ),
        ("testsigma_get_test_run", "run_id", "HRB-7", "'HRB-7' is a test case's id; testsigma_get_test_case takes it."),
        ("testsigma_get_test_plan", "plan_id", "HRB-SG-1", "testsigma_get_step_group takes it."),
        (
            "testsigma_get_test_case",
            "case_id",
            "../../users",
            "is no test case's id. Give one such as HRB-7, or a UUID.",
        ),
        ("testsigma_get_test_case", "case_id", "HRB-7/steps", "is no test case's id"),
        ("testsigma_get_test_run", "run_id", "HRB-R-4?x=1", "is no test run's id"),
        ("testsigma_get_test_run", "run_id", "An expired code", "is no test run's id"),
        ("testsigma_get_test_run", "run_id", "..-R-1", "No project has the prefix"),
        ("testsigma_get_test_case", "case_id", "XYZ-7", "No project has the prefix of 'XYZ-7'"),
        (
            "testsigma_get_test_case",
            "case_id",
            "HRB-999",
            "No test case HRB-999 in project HRB. testsigma_list_test_cases",
        ),
        (
            "testsigma_get_test_run",
            "run_id",
            "HRB-R-812",
            "No test run HRB-R-812 in project HRB. testsigma_list_test_runs",
        ),
        ("testsigma_get_test_plan", "plan_id", "HRB-P-77", "testsigma_list_test_plans shows ids."),
        ("testsigma_get_step_group", "step_group_id", "HRB-SG-77", "testsigma_list_step_groups shows ids."),
        ("testsigma_get_project", "project", "nowhere", "No project 'nowhere'. testsigma_list_projects shows names"),
    ],
)
async def test_what_is_no_such_id_is_told_with_the_way_to_one(tool: str, name: str, wrong: str, sentence: str) -> None:
    async with desk() as d:
        assert sentence in await d.refusal(tool, **{name: wrong})
        assert not [line for line in d.arrived(platform="testsigma") if ".." in line or "users" in line or "?" in line]


async def test_an_id_of_one_project_is_not_looked_for_in_another() -> None:
    async with desk() as d:
        told = await d.refusal("testsigma_get_test_case", case_id="HRB-7", project="Kiosk")
        assert "'HRB-7' is of project HRB, not of" in told
        assert "GET" not in " ".join(d.arrived("GET /test_cases", platform="testsigma"))


@pytest.mark.parametrize(
    ("kind", "word", "name"),
    [
        ("priority", "critical", "Critical"),
        ("automation", "can't be automated", "Can't Be Automated"),
        ("automation", "cant be automated", "Can't Be Automated"),
        ("type", "nonfunctional", "Non-Functional"),
        ("status", "in review", "In Review"),
        ("result_status", "untested", "UnTested"),
        ("result_status", "in_progress", "In Progress"),
        ("result_status", "PASSED", "Passed"),
    ],
)
async def test_a_word_is_heeded_whatever_its_capitals_and_spaces(kind: Any, word: str, name: str) -> None:
    async with client_of(Testsigma, "testsigma") as api:
        found = await find_lookup(api, kind, word)
        assert found.name == name
        assert (await find_lookup(api, kind, found.id)).name == name


async def test_the_guides_spelling_and_its_seventh_status_are_found() -> None:
    async with desk() as d:
        await d.switch("testsigma", guide_statuses=True)
        words = (await d.answer("testsigma_list_lookups", kind="result_status"))["lookups"][0]["words"]
        assert words == ["Passed", "Failed", "Blocked", "Skipped", "Untested", "In Progress", "Retest"]
        results = [{"case_id": "HRB-5", "status": "re-test"}]
        done = await d.answer("testsigma_record_results", run_id="HRB-R-5", user="Ann Weber", results=results)
        assert done["results"][0] == {
            "id": "HRB-5",
            "title": "Take a code off again",
            "before": "Untested",
            "after": "Retest",
        }


async def test_an_unknown_word_is_refused_with_the_valid_ones() -> None:
    async with desk() as d:
        told = await d.refusal("testsigma_list_test_cases", project="HRB", priority="Blocker")
        assert "'Blocker' is no priority. Valid:" in told
        for word in ("Critical", "Major", "Medium", "Minor"):
            assert word in told


async def test_words_are_read_once_and_again_before_one_is_refused() -> None:
    async with desk() as d:
        await d.answer("testsigma_list_test_cases", project="HRB", priority="Major")
        await d.answer("testsigma_list_test_cases", project="HRB", priority="Minor")
        assert d.arrived(platform="testsigma").count("GET /test_cases/priorities") == 1
        rows = d.sandboxes.sandboxes["testsigma"].world.lookups["priorities"]
        next(iter(rows.values())).name = "Blocker"
        await d.answer("testsigma_list_test_cases", project="HRB", priority="Blocker")
        assert d.arrived(platform="testsigma").count("GET /test_cases/priorities") == 2


async def test_a_word_that_can_mean_two_rows_is_refused_with_both() -> None:
    async with desk() as d:
        rows = list(d.sandboxes.sandboxes["testsigma"].world.lookups["priorities"].values())
        rows[1].name = rows[0].name
        told = await d.refusal("testsigma_list_test_cases", project="HRB", priority="Critical")
        assert "can mean several priorities" in told
        assert rows[0].id in told
        assert rows[1].id in told
        await d.answer("testsigma_list_test_cases", project="HRB", priority=rows[1].id)


@pytest.mark.parametrize(
    "word", ["iris.okafor@shop.example.test", "Iris Okafor", "IRIS OKAFOR", "iris.OKAFOR@shop.example.test"]
)
async def test_a_user_is_found_by_address_and_full_name(word: str) -> None:
    async with client_of(Testsigma, "testsigma") as api:
        assert (await find_user(api, word)).email == "iris.okafor@shop.example.test"


@pytest.mark.parametrize("word", ["Iris", "okafor", "nobody@shop.example.test", ""])
async def test_a_part_of_a_name_is_nobody(word: str) -> None:
    async with client_of(Testsigma, "testsigma") as api:
        with pytest.raises(Refused, match=r"is no user\. Valid: .*mara\.lindt@shop\.example\.test"):
            await find_user(api, word)


async def test_two_people_of_one_name_are_told_apart_by_their_addresses() -> None:
    async with desk() as d:
        people = list(d.sandboxes.sandboxes["testsigma"].world.users.values())
        people[1].first_name, people[1].last_name = people[0].first_name, people[0].last_name
        told = await d.refusal("testsigma_assign_test_case", run_id="HRB-R-4", case_id="HRB-7", user="Mara Lindt")
        assert "can mean several users" in told
        assert people[0].email in told
        assert people[1].email in told
        assert d.writes("testsigma") == []


async def test_an_unknown_project_of_the_form_of_a_uuid_is_asked_for_once() -> None:
    async with client_of(Testsigma, "testsigma") as api:
        with pytest.raises(NotFound, match="testsigma_list_projects"):
            await known_project(api, "00000000-0000-4000-8000-000000000000")
