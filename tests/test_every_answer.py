"""Answers of the tools against the schemas that are published with TESTDESK_OUTPUT_SCHEMAS=1, published or not."""

import inspect
from typing import Any

import jsonschema
import pytest

from server.app import build
from server.expose import answer_schema
from tests.desk import ERAS, desk, settings
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

CALLS: list[tuple[str, dict[str, Any]]] = [
    ("testio_list_products", {}),
    ("testio_get_product", {"product_id": 72}),
    ("testio_list_features", {"product_id": 72}),
    ("testio_list_test_templates", {"product_id": 71}),
    ("testio_list_test_environments", {"product_id": 71}),
    ("testio_get_test_environment", {"product_id": 71, "environment_id": 31}),
    ("testio_list_exploratory_tests", {"product_id": 71}),
    ("testio_get_exploratory_test", {"test_id": 5512}),
    ("testio_list_bugs", {"product_ids": [71]}),
    ("testio_list_bugs", {"text": "no bug has these words"}),
    ("testio_get_bug", {"bug_id": 88101}),
    ("testio_find_bugs_by_external_id", {"external_id": "SHOP-412"}),
    ("testio_list_reject_reasons", {}),
    ("testio_accept_bug", {"bug_id": 88101}),
    ("testio_update_exploratory_test", {"test_id": 5521, "goal": "The cart"}),
    ("testio_launch_exploratory_test", {"test_id": 5521}),
    ("testio_update_product", {"product_id": 71, "description": "The shop."}),
    ("testio_copy_features", {"product_id": 71, "destination_product_id": 73}),
    ("testio_list_user_stories", {"product_id": 72}),
    ("testio_update_user_story", {"product_id": 71, "user_story_id": 60, "path": "As a shopper, I can wait"}),
    ("testio_list_user_story_executions", {}),
    ("testio_save_test_template", {"test_id": 5512, "title": "Again"}),
    ("testio_update_test_environment", {"product_id": 71, "environment_id": 31, "proxy": True}),
    ("testio_create_connection", {"name": "Tracker", "url": "https://bugs.example.test/in"}),
    ("testio_list_access_claims", {}),
    ("testio_create_access_claim", {"name": "Accounts", "expiration_period": 7, "credentials": ["qa / x"]}),
    ("testio_delete_product", {"product_id": 73}),
    ("testio_list_devices", {"category": "smartphone", "operating_system": "iOS"}),
    ("testio_list_test_cases", {"product_id": 71}),
    ("testio_get_test_case", {"product_id": 71, "test_case_id": 7311}),
    (
        "testio_create_test_cases",
        {"product_id": 71, "test_cases": [{"title": "A", "feature_id": 302, "steps": ["Look"]}]},
    ),
    ("testio_update_test_case", {"product_id": 71, "test_case_id": 7311, "add_steps": ["Look again"]}),
    ("testio_delete_test_case", {"product_id": 71, "test_case_id": 7314}),
    (
        "testio_create_test_case_test",
        {"product_id": 71, "test_case_ids": [7312], "test_environment": {"id": 31}},
    ),
    ("testio_get_test_case_test", {"product_id": 72, "test_id": 5501}),
    ("testio_get_test_case_results", {"product_id": 72, "test_id": 5501}),
    ("testio_request_bug_report_confirmation", {"bug_id": 88107, "ask_for": ["logs"]}),
    ("testio_request_bug_fix_confirmations", {"bugs": [{"bug_id": 88107}], "environment_id": 31}),
    ("testio_list_bug_fix_confirmations", {"bug_id": 88107}),
]
ANSWERS = {
    platform.name_of(tool): inspect.signature(tool.function, eval_str=True).return_annotation
    for platform in PLATFORMS
    for tool in platform.tools
}


@pytest.mark.parametrize(("name", "arguments"), CALLS, ids=[name for name, _ in CALLS])
async def test_an_answer_is_what_its_schema_says(name: str, arguments: dict[str, Any]) -> None:
    schema = answer_schema(ANSWERS[name], sandbox=True)
    assert schema is not None
    async with desk() as d:
        answer = await d.answer(name, **arguments)
    jsonschema.Draft202012Validator(schema).validate(answer)
    unknown = set(answer) - set(schema["properties"])
    assert not unknown, "a field that the schema does not name"


@pytest.mark.parametrize("mode", ERAS)
async def test_schemas_are_published_only_on_demand_and_validating_clients_accept_the_answers(mode: str) -> None:
    async with desk(mode) as d:
        assert all(tool.output_schema is None for tool in (await d.client.list_tools()).tools)
    async with desk(mode, told=settings({"TESTDESK_OUTPUT_SCHEMAS": "1"})) as d:
        published = {tool.name: tool.output_schema for tool in (await d.client.list_tools()).tools}
        assert published["testio_get_bug"]
        for name, arguments in CALLS:
            await d.answer(name, **arguments)


async def test_the_published_list_stays_small() -> None:
    server = build(settings())
    tools = await server.list_tools()
    size = sum(len(tool.model_dump_json(by_alias=True, exclude_none=True)) for tool in tools)
    assert size / len(tools) <= 900, f"{size} bytes for {len(tools)} tools"
