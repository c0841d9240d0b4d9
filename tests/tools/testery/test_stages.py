"""Pipeline stages: a change shows and sends every field, and loses only what was named."""

import json
from typing import Any

import pytest
from pydantic import SecretStr

from tests.acts import confirmed, rendered, shown_question
from tests.desk import desk
from tests.tools.kit.wire import Wire, says
from tests.tools.testery.wired import client_over
from tools.kit.asking import answer_of, question_of
from tools.kit.changed import Changed
from tools.kit.errors import Refused
from tools.testery.models.orders import VariableToSet
from tools.testery.tools.read_back import UNSEEN
from tools.testery.tools.stages import StageDetails, create_pipeline_stage, list_pipeline_stages, update_pipeline_stage
from tools.testery.tools.variables import VariableName

pytestmark = pytest.mark.anyio

NEW = "Neuhafen-2026-x"


async def test_a_stage_keeps_its_numbers_and_pools_though_one_is_changed() -> None:
    async with desk() as d:
        done = await d.answer("testery_update_pipeline_stage", stage_id=5, run_priority=7)
        _, body = d.sent("PATCH", "/pipeline-stages/5")
        stage = d.sandboxes.sandboxes["testery"].world.stages[5]
        assert [variable.value for variable in stage.variables] == ["true", "demo-monitor-01"]
    assert (body["name"], body["priority"], body["testRunPriority"]) == ("Production", 3, 7)
    assert (body["windowsRunnerPoolId"], body["linuxRunnerPoolId"]) == (14, 12)
    assert done["before"]["run_priority"] == 10
    assert (done["now"]["run_priority"], "linux_pool" in done["now"]) == (7, False)
    assert "- Priority of waiting runs: 10 becomes 7" in d.asked[0]
    assert "MONITOR_TOKEN" in d.asked[0], "an encrypted one travels back empty, so a person is asked"


async def test_a_stage_that_was_created_is_shown_with_its_id() -> None:
    async with desk() as d:
        done = await d.answer(
            "testery_create_pipeline_stage", name="Preview", variables=[{"key": "GATE", "value": NEW}]
        )
        assert done["now"]["stage_id"] > 40
        assert done["now"]["variables"] == [{"key": "GATE", "encrypted": True, "is_file": False}]
        assert NEW not in str([done, d.asked])
        error = await d.refusal("testery_get_pipeline_stage", stage_id=999)
    assert "No pipeline stage 999. testery_list_pipeline_stages shows ids." in error


@pytest.mark.parametrize("told", [{"variables": None}, {}])
async def test_variables_of_a_stage_that_were_not_told_are_not_sent(told: dict[str, Any]) -> None:
    place = {"id": 4, "name": "Stage", "priority": 1} | told
    wire = Wire(says(json=place), says(json={}), says(json=place))
    await confirmed(update_pipeline_stage(client_over(wire), 4, priority=2))
    sent = json.loads(wire.arrived[1].content)
    assert (sent["priority"], "variables" in sent) == (2, False)


async def test_a_stage_that_lost_a_variable_nobody_removed_is_told_with_its_name() -> None:
    before: dict[str, Any] = {
        "id": 4,
        "name": "Stage",
        "variables": [{"key": key, "value": "x"} for key in ("KEPT", "LOST", "OLD")],
    }
    after = before | {"variables": before["variables"][:1]}
    wire = Wire(says(json=before), says(json={}), says(json=after))
    done = await confirmed(update_pipeline_stage(client_over(wire), 4, remove_variables=["OLD"]))
    assert done.warning is not None
    assert "gone although nobody removed them" in done.warning
    assert "LOST" in done.warning
    assert "KEPT" not in done.warning
    assert "OLD" not in done.warning


async def test_stages_are_listed_in_their_order_and_one_without_a_place_comes_first() -> None:
    live = {"id": 5, "name": "Live", "priority": 3, "testRunPriority": 10}
    pools = {"windowsRunnerPoolId": 14, "linuxRunnerPoolId": 12}
    stages = [live | pools, {"id": 4, "priority": 1}, {"id": 6, "priority": 1}, {"id": 3, "priority": 0}, {"id": 9}]
    page = await list_pipeline_stages(client_over(Wire(says(json=stages))))
    assert [row.stage_id for row in page.items] == [3, 9, 4, 6, 5]
    assert page.items[-1].model_dump() == {
        "stage_id": 5,
        "name": "Live",
        "priority": 3,
        "run_priority": 10,
        "windows_pool": 14,
        "linux_pool": 12,
    }
    assert (page.coverage.matched, page.coverage.complete) == (5, True)
    first = await list_pipeline_stages(client_over(Wire(says(json=stages))), limit=3)
    rest = await list_pipeline_stages(client_over(Wire(says(json=stages))), limit=3, cursor=first.next_cursor)
    assert [row.stage_id for row in rest.items] == [6, 5]


@pytest.mark.parametrize(
    ("listed", "stage_id"),
    [
        ([{"id": 7, "name": "Preview"}, {"id": 8, "name": "Other"}, {"id": 9, "name": "Preview"}], 9),
        ([{"id": 8, "name": "Preview"}, {"id": 9, "name": "Preview"}], None),
        (None, None),
    ],
    ids=["beside others", "two new ones", "list cannot be read"],
)
async def test_a_new_stage_is_recognized_by_its_name_or_it_is_said_that_it_was_not(
    listed: list[dict[str, Any]] | None, stage_id: int | None
) -> None:
    again = says(json=listed) if listed else says(404, json={})
    wire = Wire(
        says(json=[{"id": 7, "name": "Preview"}]), says(json={}), again, says(json={"id": 9, "name": "Preview"})
    )
    done = await create_pipeline_stage(client_over(wire), "Preview")
    assert json.loads(wire.arrived[1].content) == {"name": "Preview"}
    if stage_id is not None:
        assert wire.arrived[3].url.path == f"/api/pipeline-stages/{stage_id}"
        assert (done.done, done.warning, done.now and done.now.stage_id) == ("Created.", None, stage_id)
    else:
        assert done == Changed(done="Created.", warning=UNSEEN, next="testery_list_pipeline_stages shows it.")


async def test_a_change_of_a_stage_shows_and_sends_every_field() -> None:
    secret = {"key": "TOKEN", "value": "", "encrypted": True}
    before = {"id": 5, "name": "Live", "priority": 3, "testRunPriority": 10, "variables": [secret]}
    before |= {"windowsRunnerPoolId": 14, "linuxRunnerPoolId": 12}
    sent = {"name": "Live 2", "priority": 7, "testRunPriority": 17, "windowsRunnerPoolId": 27, "linuxRunnerPoolId": 37}
    change: dict[str, Any] = {"name": "Live 2", "priority": 7, "run_priority": 17, "windows_pool": 27, "linux_pool": 37}
    change |= {"set_variables": [VariableToSet(key="LOCALE", value=SecretStr("de"))], "remove_variables": ["TOKEN"]}
    assert await shown_question(update_pipeline_stage(client_over(Wire(says(json=before))), 5, **change)) == (
        "Change pipeline stage 5 'Live', and with it all its environments?\n"
        "- Name: 'Live' becomes 'Live 2'\n"
        "- Priority: 3 becomes 7\n"
        "- Priority of waiting runs: 10 becomes 17\n"
        "- Windows pool: 14 becomes 27\n"
        "- Linux pool: 12 becomes 37\n"
        "- Added: 'LOCALE' (encrypted)\n"
        "- REMOVED with their values: 'TOKEN'\n"
        "The API cannot show a value again; there is no undo."
    )
    wire = Wire(says(json=before), says(json={}), says(json=before | sent | {"variables": []}))
    done = await confirmed(update_pipeline_stage(client_over(wire), 5, **change))
    assert json.loads(wire.arrived[1].content) == sent | {
        "variables": [{"key": "LOCALE", "value": "de", "encrypted": True}]
    }
    assert (rendered(done.done), done.warning) == (
        "Changed: variables added: 'LOCALE'; variables removed: 'TOKEN'.",
        None,
    )
    assert done.before == StageDetails(
        stage_id=5,
        name="Live",
        priority=3,
        run_priority=10,
        windows_pool=14,
        linux_pool=12,
        variables=[VariableName(key="TOKEN", encrypted=True, is_file=False)],
    )
    assert done.now == StageDetails(
        stage_id=5, name="Live 2", priority=7, run_priority=17, windows_pool=27, linux_pool=37
    )


async def test_a_stage_without_a_name_or_with_nothing_to_lose_is_changed_and_an_empty_change_is_refused() -> None:
    bare = {"id": 5, "variables": [{"key": "TOKEN", "value": "", "encrypted": True}]}
    asked = await shown_question(update_pipeline_stage(client_over(Wire(says(json=bare))), 5, name="Live"))
    assert asked.startswith(
        "Change pipeline stage 5 '', and with it all its environments?\n- Name: nothing becomes 'Live'"
    )
    harmless = Wire(says(json=bare | {"variables": []}), says(json={}), says(404, json={}))
    act = update_pipeline_stage(client_over(harmless), 5, name="Live")
    assert (await question_of(act)).question is None
    done = await answer_of(act)
    assert (done.done, done.now, done.warning) == ("Changed.", None, UNSEEN)
    with pytest.raises(Refused, match="at least one thing to change"):
        await question_of(update_pipeline_stage(client_over(Wire(says(json=bare))), 5))
