"""Environments and pipeline stages: a change loses only what was named, and values are never shown."""

import json
from typing import Any

import pytest
from mcp.types import ElicitResult
from pydantic import SecretStr

from tests.acts import confirmed
from tests.desk import CANCEL, DECLINE, ERAS, NO, Desk, desk
from tests.tools.kit.wire import Wire, says
from tests.tools.testery.wired import client_over
from tools.kit.errors import Refused
from tools.testery.models.orders import VariableToSet
from tools.testery.models.settings import Environment
from tools.testery.sandbox.story import shop
from tools.testery.tools.environments import update_environment
from tools.testery.tools.variables import change_of

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

STAGING = "/environments/212"
VALUES = (shop.PLAIN_KEY, shop.PLAIN_LOGIN, shop.PLAIN_PASSWORD, shop.FILE_PASSWORD, shop.HIDDEN_SECRET, "demo-payment")
NEW = "Neuhafen-2026-x"


def kept(d: Desk, environment_id: int = 212) -> dict[str, str]:
    """The values that the fake API has stored."""
    environment = d.sandboxes.sandboxes["testery"].world.environments[environment_id]
    return {variable.key: variable.value for variable in environment.variables}


def everything(d: Desk, *answers: object) -> str:
    return json.dumps([*answers, d.asked], ensure_ascii=False)


async def test_values_of_variables_are_shown_nowhere() -> None:
    async with desk() as d:
        answers = [
            await d.answer("testery_list_environments"),
            await d.answer("testery_get_environment", environment_key="staging"),
            await d.answer("testery_list_pipeline_stages"),
            await d.answer("testery_get_pipeline_stage", stage_id=4),
            await d.answer("testery_update_environment", environment_key="staging", runs_at_once=3),
            await d.answer("testery_update_pipeline_stage", stage_id=4, name="Stage"),
        ]
        told = everything(d, *answers)
    assert "MAIL_API_KEY" in told
    assert not [value for value in VALUES if value in told]


async def test_archived_ones_are_listed_only_where_asked_for() -> None:
    async with desk() as d:
        some = await d.answer("testery_list_environments")
        both = await d.answer("testery_list_environments", include_archived=True)
    assert {row["environment_key"] for row in both["items"]} - {row["environment_key"] for row in some["items"]} == {
        "staging-2025"
    }
    assert some["coverage"]["loaded"] == len(both["items"])


@both_eras
async def test_one_variable_is_changed_and_no_other_is_lost(mode: str) -> None:
    async with desk(mode) as d:
        await d.answer("testery_list_environments")
        before = kept(d)
        done = await d.answer(
            "testery_update_environment",
            environment_key="staging",
            set_variables=[{"key": "LOCALE", "value": NEW}, {"key": "ADDED", "value": "x1", "encrypted": False}],
        )
        assert kept(d) == before | {"LOCALE": NEW, "ADDED": "x1"}
        _, body = d.sent("PATCH", STAGING)
    assert "warning" not in done
    assert done["done"] == "Changed: variables added: 'ADDED'; variables replaced: 'LOCALE'."
    assert {"id", "accountId", "key", "name", "url", "pipelineStageId", "archived"} <= body.keys(), (
        "the whole goes back"
    )
    assert len(done["now"]["variables"]) == len(before) + 1
    assert NEW not in everything(d, done)


async def test_encrypted_variables_go_back_as_they_were_read_and_the_person_is_told() -> None:
    async with desk() as d:
        await d.answer("testery_update_environment", environment_key="staging", name="Staging 2")
        secret = d.sandboxes.sandboxes["testery"].world.environments[212].variables[4]
        assert (secret.key, secret.value) == ("DB_PASSWORD", shop.HIDDEN_SECRET)
    (question,) = d.asked
    assert "- Name: 'Staging' becomes 'Staging 2'" in question
    assert "it has stored): DB_PASSWORD, PAYMENT_TOKEN, '.env'" in question
    assert "sent back empty" in question


async def test_a_change_that_can_lose_nothing_asks_nobody() -> None:
    async with desk(person=None) as d:
        await d.answer("testery_create_environment", environment_key="preview", name="Preview")
        await d.answer(
            "testery_update_environment",
            environment_key="preview",
            url="https://preview.shop.example.test",
            set_variables=[{"key": "BASE_URL", "value": "https://preview.shop.example.test", "encrypted": False}],
        )
        again = {"key": "BASE_URL", "value": "https://two.shop.example.test"}
        error = await d.refusal("testery_update_environment", environment_key="preview", set_variables=[again])
        assert "needs the user's yes" in error, "now there is a value to lose"


async def test_a_removal_has_to_be_named_and_is_asked() -> None:
    async with desk() as d:
        await d.answer("testery_list_environments")
        before = kept(d)
        await d.answer("testery_update_environment", environment_key="staging", remove_variables=["LOCALE"])
        assert kept(d) == {key: value for key, value in before.items() if key != "LOCALE"}
    assert "REMOVED with their values: 'LOCALE'" in d.asked[0]
    assert "there is no undo" in d.asked[0]


@pytest.mark.parametrize("person", [NO, DECLINE, CANCEL])
async def test_without_a_yes_nothing_changes(person: ElicitResult) -> None:
    async with desk(person=person) as d:
        await d.refusal("testery_update_environment", environment_key="staging", remove_variables=["DB_PASSWORD"])
        await d.refusal("testery_update_pipeline_stage", stage_id=5, remove_variables=["MONITOR_TOKEN"])
        await d.refusal("testery_delete_environment", environment_key="production")
        assert d.writes("testery") == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"set_variables": [{"key": "DB_PASSWORD", "value": ""}]}, "would wipe a secret"),
        ({"set_variables": [{"key": "DB_PASSWORD", "value": "x1", "encrypted": False}]}, "not decrypted"),
        ({"set_variables": [{"key": "A", "value": "1"}], "remove_variables": ["A"]}, "is listed twice"),
        ({"remove_variables": ["NOPE"]}, "to remove. Nothing was sent"),
        ({}, "at least one thing to change"),
    ],
)
async def test_what_would_wipe_or_makes_no_sense_is_refused_before_anybody_is_asked(
    change: dict[str, Any], sentence: str
) -> None:
    async with desk() as d:
        error = await d.refusal("testery_update_environment", environment_key="staging", **change)
        assert sentence in error
        assert d.asked == []
        assert d.writes("testery") == []


def test_a_variable_keeps_what_stands_beside_its_value() -> None:
    read = {
        "id": 1,
        "variables": [
            {"key": ".env", "value": "", "encrypted": True, "file": True, "order": 7},
            {"key": "B", "value": "b", "encrypted": False, "file": False},
        ],
    }
    wanted = VariableToSet(key=".env", value=SecretStr("NEW=1"))
    change = change_of(Environment.model_validate(read), [wanted], None)
    assert change.body == [
        {"key": ".env", "value": "NEW=1", "encrypted": True, "file": True, "order": 7},
        {"key": "B", "value": "b", "encrypted": False, "file": False},
    ]


def test_a_platform_without_variables_or_with_null_is_read() -> None:
    for told in ({"id": 1}, {"id": 1, "variables": None}):
        assert change_of(Environment.model_validate(told), None, None).body == []


async def test_variables_that_vanish_on_the_platform_are_told_at_once() -> None:
    place = {"id": 212, "key": "staging", "name": "S", "variables": [{"key": "A", "value": "1"}, {"key": "B"}]}
    wire = Wire(says(json=[place]), says(json=place), says(json={}), says(json=place | {"variables": []}))
    done = await confirmed(update_environment(client_over(wire), "staging", name="T"))
    assert "'A" not in done.done
    assert done.warning is not None
    assert "A" in done.warning
    assert "B" in done.warning


async def test_a_change_that_cannot_be_read_again_says_so() -> None:
    place = {"id": 212, "key": "staging", "name": "S", "variables": []}
    wire = Wire(says(json=[place]), says(json=place), says(json={}), says(404, json={}))
    changed = await confirmed(update_environment(client_over(wire), "staging", name="T"))
    assert (changed.done, changed.now) == ("Changed.", None)
    assert changed.before is not None
    assert changed.before.name == "S"
    assert "could not be read again" in str(changed.warning)


async def test_a_key_of_two_environments_is_refused_and_an_archived_one_steps_back() -> None:
    twice = [{"id": 1, "key": "qa"}, {"id": 2, "key": "qa"}]
    with pytest.raises(Exception, match="2 environments"):
        await confirmed(update_environment(client_over(Wire(says(json=twice))), "qa", name="x"))
    one = [{"id": 1, "key": "qa", "archived": True}, {"id": 2, "key": "qa"}]
    wire = Wire(says(json=one), says(json={"id": 2, "key": "qa"}))
    await confirmed(update_environment(client_over(wire), "qa", name="x"))
    assert wire.arrived[1].url.path == "/api/environments/2"


async def test_an_environment_that_is_there_is_not_created_again() -> None:
    async with desk() as d:
        error = await d.refusal("testery_create_environment", environment_key="staging", name="Staging")
    assert "already" in error
    assert "testery_get_environment" in error


async def test_deleting_counts_what_goes_with_it() -> None:
    async with desk() as d:
        done = await d.answer("testery_delete_environment", environment_key="staging")
        assert done["done"] == "Deleted environment 'staging' 'Staging' with 8 variables."
        assert d.writes("testery") == ["DELETE /environments/212"]
    (question,) = d.asked
    assert "Lost with it: 8 variables, 3 of them encrypted" in question
    assert "Enabled schedules that run on it: 5 (640 'Nightly'" in question
    assert "no undo" in question


async def test_a_platform_that_archives_what_is_deleted_is_told_as_it_is() -> None:
    async with desk() as d:
        await d.switch("testery", delete_archives=True)
        done = await d.answer("testery_delete_environment", environment_key="kiosk-altona")
    assert "still lists it, as archived" in done["done"]


async def test_new_values_of_a_caller_are_masked_in_what_the_platform_says_about_them() -> None:
    async with desk() as d:
        body = {"message": f"value {NEW} is not allowed"}
        await d.fault(platform="testery", method="POST", path="/environments", status=400, body=body)
        error = await d.refusal(
            "testery_create_environment", environment_key="x", name="X", variables=[{"key": "A", "value": NEW}]
        )
    assert "is not allowed" in error
    assert NEW not in error


def test_an_empty_plain_value_is_a_value() -> None:
    change = change_of(
        Environment.model_validate({"id": 1, "variables": []}),
        [VariableToSet(key="A", value=SecretStr(""), encrypted=False)],
        None,
    )
    assert change.body == [{"key": "A", "value": "", "encrypted": False}]
    with pytest.raises(Refused, match="has no value"):
        change_of(Environment.model_validate({"id": 1}), [VariableToSet(key="A", value=SecretStr(""))], None)


@pytest.mark.parametrize("told", [{"variables": None}, {}])
async def test_variables_that_were_not_told_are_not_replaced_by_none(told: dict[str, Any]) -> None:
    place = {"id": 212, "key": "staging", "name": "S"} | told
    wire = Wire(says(json=[place]), says(json=place), says(json={}), says(json=place))
    await confirmed(update_environment(client_over(wire), "staging", name="T"))
    assert json.loads(wire.arrived[2].content) == {"id": 212, "key": "staging", "name": "T"}
    for to_set, to_remove in (([VariableToSet(key="A", value=SecretStr("x"))], None), (None, ["A"])):
        with pytest.raises(Refused, match="did not show the existing variables"):
            change_of(Environment.model_validate(place), to_set, to_remove)


def test_a_variable_that_cannot_be_read_is_not_deleted_by_a_change() -> None:
    held = Environment.model_validate({"id": 1, "variables": [{"key": "A", "value": "1"}]})
    held.as_read["variables"] = [{"key": "A", "value": "1"}, None, "odd"]
    changed: dict[str, dict[str, Any]] = {"A": {"value": "2"}}
    assert held.variables_with(changed, frozenset()) == [{"key": "A", "value": "2"}, None, "odd"]
