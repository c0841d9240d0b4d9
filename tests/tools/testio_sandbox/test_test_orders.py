"""The fake API of test IO: what an order of an exploratory test becomes, and which ones it refuses."""

import httpx
import pytest

from tests.tools.testio_sandbox.orders import ENVIRONMENT, FEATURE, ordered
from tests.tools.testio_sandbox.requests import error, get_json
from tools.kit.sandbox.sandbox import Sandbox
from tools.testio.sandbox.world import Switches


async def refused(http: httpx.AsyncClient, status: int, fields: dict[str, object], product_id: int = 71) -> str:
    sent = {"test_environment": ENVIRONMENT, "features": [FEATURE], **fields}
    sent = {name: value for name, value in sent.items() if value is not ...}
    answer = await http.post(f"/products/{product_id}/exploratory_tests", json={"exploratory_test": sent})
    return await error(answer, status)


@pytest.mark.anyio
async def test_the_smallest_order_starts_by_itself_on_the_next_full_hour(http: httpx.AsyncClient) -> None:
    test = await ordered(http, testing_type="rapid", features=[{**FEATURE, "user_stories": ["I can remove"]}])
    assert (test["status"], test["review_status"]) == ("customer_finalized", "review_initialized")
    assert (test["start_at"], test["end_at"]) == ("2026-04-03T10:00:00+02:00", "2026-04-03T12:00:00+02:00")
    assert test["test_title"] == test["title"] == "Basket"
    assert test["section"]["name"] == "default-section"
    assert test["features"][0]["user_stories"] == ["I can remove"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("kind", "hours"), [("rapid", 2), ("usability", 24), ("focused", 24), ("coverage", 28), (None, 28)]
)
async def test_each_type_has_its_own_duration(http: httpx.AsyncClient, kind: str | None, hours: int) -> None:
    start = "2026-04-06T08:00:00Z"
    test = await ordered(http, testing_type=kind, start_at=start)
    day, hour = 6 + (10 + hours) // 24, (10 + hours) % 24
    assert test["start_at"] == "2026-04-06T10:00:00+02:00"
    assert test["end_at"] == f"2026-04-{day:02}T{hour:02}:00:00+02:00"


@pytest.mark.anyio
async def test_request_fields_come_back_under_other_names(http: httpx.AsyncClient) -> None:
    test = await ordered(
        http,
        testing_type="focused",
        bug_severities={"high": True},
        allow_device_clouds=True,
        duration="6",
        goal="**Sound** coupons?",
        requirements=[
            {"category": {"id": 2, "name": "Phones"}, "operating_system": {"id": 2}, "browsers": [{"id": 2}]}
        ],
    )
    assert "allow_device_clouds" not in test
    assert test["allow_device_clouds_test_scenario"] is True
    assert (test["enable_low"], test["enable_high"], test["enable_critical"]) == (False, True, False)
    assert test["goal_text"] == "Sound coupons?"
    requirement = test["requirements"][0]
    assert requirement["category"]["key"] == "smartphone"
    assert requirement["operating_system"]["name"] == "iOS"
    assert requirement["browsers"] == [{"id": 2, "name": "Chrome"}]
    assert requirement["vendor"] is None


@pytest.mark.anyio
async def test_requirements_by_type_and_value_come_back_as_they_are(http: httpx.AsyncClient) -> None:
    wanted = [{"type": "os", "value": "ios"}]
    assert (await ordered(http, requirements=wanted))["requirements"] == wanted


@pytest.mark.anyio
async def test_a_feature_that_is_named_with_both_texts_is_overwritten(http: httpx.AsyncClient) -> None:
    await ordered(http, features=[{"title": "Coupons", "description": "Only this", "howtofind": "There"}])
    features = {f["id"]: f for f in await get_json(http, "/products/71/features", "features")}
    assert len(features) == 7
    assert (features[302]["description"], features[302]["howtofind"]) == ("Only this", "There")
    assert (await get_json(http, "/bugs/88101", "bug"))["feature"]["description"] == "Only this"


@pytest.mark.anyio
async def test_a_feature_that_is_named_with_one_text_keeps_its_own(http: httpx.AsyncClient) -> None:
    test = await ordered(http, features=[{"id": 302, "description": "For this test only"}])
    assert test["features"][0]["description"] == "For this test only"
    features = {f["id"]: f for f in await get_json(http, "/products/71/features", "features")}
    assert features[302]["description"].startswith("Codes that lower")


@pytest.mark.anyio
async def test_a_feature_is_found_by_id_then_by_title_else_made(http: httpx.AsyncClient) -> None:
    entries = [{"id": 301, "title": "Another word"}, {"id": 99999, "title": "Coupons"}, {"title": "Wishlist"}]
    test = await ordered(http, features=entries)
    assert [f["feature_id"] for f in test["features"]] == [301, 302, 401]


@pytest.mark.anyio
@pytest.mark.parametrize("number", [0, -3, "0"])
async def test_an_id_of_0_or_below_is_no_feature(http: httpx.AsyncClient, sandbox: Sandbox, number: object) -> None:
    wanted = [{"id": number, **FEATURE}]
    assert await refused(http, 422, {"features": wanted}) == "Validation failed: id must be greater than 0"
    reports = [{**FEATURE, "custom_report_configuration_ids": [number]}]
    assert "custom_report_configuration_ids" in await refused(http, 422, {"features": reports})
    assert await refused(http, 422, {"section_id": number}) == "Validation failed: section_id must be greater than 0"
    sandbox.world.switches = Switches(feature_id_zero=True)
    if number == 0:
        assert (await ordered(http, features=wanted))["features"][0]["title"] == "Basket"


@pytest.mark.anyio
async def test_keys_that_would_be_null_stay_away_by_a_switch(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    test = await ordered(http, auto_launch=False)
    nulls = {"end_at", "start_at", "enable_low", "enable_high", "enable_critical"}
    assert {name for name in nulls if test[name] is None} == nulls
    sandbox.world.switches = Switches(without_nulls=True)
    for path in (f"/exploratory_tests/{test['id']}", "/products/71/exploratory_tests", "/test_templates?product_id=71"):
        answer = await http.get(path)
        assert answer.status_code == 200, path
        assert ":null" not in answer.text, path


@pytest.mark.anyio
async def test_user_stories_are_matched_or_made(http: httpx.AsyncClient) -> None:
    known = "As a shopper, I can redeem a valid code"
    await ordered(http, features=[{"id": 302, "user_stories": [known, "As a shopper, I get a hint"]}])
    features = {f["id"]: f for f in await get_json(http, "/products/71/features", "features")}
    assert features[302]["user_stories"].count(known) == 1
    assert features[302]["user_stories"][-1] == "As a shopper, I get a hint"


@pytest.mark.anyio
async def test_an_inline_environment_becomes_one_of_the_product(http: httpx.AsyncClient) -> None:
    test = await ordered(http)
    environments = await get_json(http, "/products/71/test_environments", "test_environments")
    assert environments[-1] == test["test_environment"]
    assert environments[-1]["url"] == "https://pr12.example.test"


@pytest.mark.anyio
async def test_an_environment_is_named_by_object_or_by_number_and_the_object_wins(http: httpx.AsyncClient) -> None:
    by_number = await ordered(http, test_environment=None, test_environment_id=32)
    both = await ordered(http, test_environment={"id": 31, "title": "ignored"}, test_environment_id=32)
    assert by_number["test_environment"]["id"] == 32
    assert (both["test_environment"]["id"], both["test_environment"]["title"]) == (31, "Staging")


@pytest.mark.anyio
async def test_a_template_brings_its_features_and_texts(http: httpx.AsyncClient) -> None:
    test = await ordered(http, features=None, test_template={"id": 201}, goal="Another goal")
    assert [f["feature_id"] for f in test["features"]] == [301, 302, 303, 304, 305, 306, 307]
    assert (test["goal"], test["out_of_scope"]) == ("Another goal", "The blog and the job pages.")
    assert test["id"] > 5600


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"test_environment": ...}, 400, "test_environment is missing"),
        ({"testing_type": "slow"}, 400, "testing_type does not have a valid value"),
        ({"report_language": "fr"}, 400, "report_language does not have a valid value"),
        ({"start_at": "tomorrow"}, 400, "start_at is invalid"),
        ({"features": [{"description": "no title"}]}, 400, "title is missing"),
        ({"features": ["Cart"]}, 400, "features is invalid"),
        ({"test_environment": {"url": "https://x.example"}}, 400, "title is missing"),
        ({"test_environment": {"title": "x", "file_base_64": "QQ=="}}, 400, "file_name is missing"),
        ({"features": ...}, 422, "Exactly one of features, test_template"),
        ({"features": []}, 422, "Exactly one of features, test_template"),
        ({"test_template": {"id": 201}}, 422, "Exactly one of features, test_template"),
        ({"features": ..., "test_template": {"id": 204}}, 422, "Test template must exist"),
        ({"features": [{"id": 99999}]}, 422, "Feature must exist"),
        ({"test_environment": {"id": 35}}, 422, "Test environment must exist"),
        ({"test_environment": {**ENVIRONMENT, "file_url": "https://x.example/a.apk"}}, 422, "Exactly one of url"),
        ({"test_environment": {"title": "x"}}, 422, "Exactly one of url"),
        ({"test_environment": {"title": "x" * 81, "url": "https://x.example"}}, 422, "maximum is 80"),
        ({"section_id": 721}, 422, "Section must exist"),
        ({"duration": "long"}, 422, "Duration must be a number"),
        ({"attachments": [{"id": 1}]}, 422, "Attachment must exist"),
    ],
)
async def test_an_unsound_order_is_refused_and_leaves_nothing_behind(
    http: httpx.AsyncClient, fields: dict[str, object], status: int, words: str
) -> None:
    assert words in await refused(http, status, fields)
    assert len(await get_json(http, "/products/71/exploratory_tests", "exploratory_tests")) == 7
    assert len(await get_json(http, "/products/71/test_environments", "test_environments")) == 2
    assert len(await get_json(http, "/products/71/features", "features")) == 7


@pytest.mark.anyio
async def test_a_sectioned_product_wants_a_section(http: httpx.AsyncClient) -> None:
    assert "Section must be provided" in await refused(http, 422, {}, product_id=72)
    test = await ordered(http, product_id=72, section_id=722)
    assert (test["section"]["id"], test["section"]["name"]) == (722, "iPad")
    assert [f["title"] for f in await get_json(http, "/products/72/sections/722/features", "features")][-1] == "Basket"


@pytest.mark.anyio
@pytest.mark.parametrize("body", [b"", b"{}", b"{", b"[]", b'{"exploratory_test": 1}'])
async def test_a_body_that_is_no_order_is_400(http: httpx.AsyncClient, body: bytes) -> None:
    await error(await http.post("/products/71/exploratory_tests", content=body), 400)


@pytest.mark.anyio
async def test_a_change_keeps_what_was_not_sent(http: httpx.AsyncClient) -> None:
    before = await get_json(http, "/exploratory_tests/5523", "exploratory_test")
    sent = {"exploratory_test": {"instructions": "Look twice", "duration": "12"}}
    answer = await http.put("/exploratory_tests/5523", json=sent)
    after = answer.json()["exploratory_test"]
    assert answer.status_code == 200
    assert after["instructions"] == "Look twice"
    assert after["end_at"] == "2026-04-04T21:00:00+02:00"
    for name in ("title", "goal", "test_environment", "testing_type", "start_at", "status"):
        assert after[name] == before[name]
    assert [f["id"] for f in after["features"]] == [f["id"] for f in before["features"]]


@pytest.mark.anyio
async def test_a_change_may_not_name_a_template_nor_touch_what_is_over(http: httpx.AsyncClient) -> None:
    template = await http.put("/exploratory_tests/5521", json={"exploratory_test": {"test_template": {"id": 201}}})
    assert "Test template" in await error(template, 422)
    for test_id in (5512, 5498, 5480):
        answer = await http.put(f"/exploratory_tests/{test_id}", json={"exploratory_test": {"goal": "x"}})
        assert "cannot be changed" in await error(answer, 422)
