"""The fake API of test IO: that it answers what its reference says."""

from collections import Counter
from typing import Any

import httpx
import pytest

from server.settings import SANDBOX_ORIGIN
from tests.tools.testio_sandbox.requests import account, error, get_json
from tools.kit.sandbox.clock import parse_duration
from tools.kit.sandbox.sandbox import Sandbox
from tools.testio.sandbox.build import build
from tools.testio.sandbox.world import Switches

ENVIRONMENT = {"title": "PR 12", "url": "https://pr12.example.test", "access": "demo / demo"}
FEATURE = {"title": "Basket", "description": "New basket page", "howtofind": "Cart icon"}


def later(sandbox: Sandbox, by: str) -> None:
    sandbox.clock.advance(parse_duration(by))


async def ordered(http: httpx.AsyncClient, product_id: int = 71, **fields: object) -> Any:
    sent = {"test_title": "Basket", "test_environment": ENVIRONMENT, "features": [FEATURE], **fields}
    answer = await http.post(f"/products/{product_id}/exploratory_tests", json={"exploratory_test": sent})
    assert answer.status_code == 201, answer.text
    return answer.json()["exploratory_test"]


async def refused(http: httpx.AsyncClient, status: int, fields: dict[str, object], product_id: int = 71) -> str:
    sent = {"test_environment": ENVIRONMENT, "features": [FEATURE], **fields}
    sent = {name: value for name, value in sent.items() if value is not ...}
    answer = await http.post(f"/products/{product_id}/exploratory_tests", json={"exploratory_test": sent})
    return await error(answer, status)


# Who is let in


@pytest.mark.anyio
@pytest.mark.parametrize("header", [None, "demo", "Bearer demo", "Token", "Token wrong", "Token expired", "Basic x"])
async def test_a_missing_or_wrong_token_is_401(http: httpx.AsyncClient, header: str | None) -> None:
    http.headers.pop("Authorization")
    answer = await http.get("/products", headers={} if header is None else {"Authorization": header})
    assert await error(answer, 401) == "Unauthorized"


@pytest.mark.anyio
async def test_the_word_token_may_be_in_any_case(http: httpx.AsyncClient) -> None:
    assert (await http.get("/products", headers={"Authorization": "token demo"})).status_code == 200


@pytest.mark.anyio
async def test_bearer_is_let_in_by_a_switch() -> None:
    async with account(build(switches=Switches(allow_bearer=True))) as http:
        assert (await http.get("/products", headers={"Authorization": "Bearer demo"})).status_code == 200


@pytest.mark.anyio
async def test_an_unknown_path_is_404_in_json(http: httpx.AsyncClient) -> None:
    assert await error(await http.get("/exploratory_tests/5512/bugs"), 404) == "Not found"


@pytest.mark.anyio
async def test_answers_are_json_and_not_to_be_cached(http: httpx.AsyncClient) -> None:
    answer = await http.get("/products")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-cache"


# Products and features


@pytest.mark.anyio
async def test_the_account_has_three_products(http: httpx.AsyncClient) -> None:
    products = await get_json(http, "/products", "products")
    assert [(p["id"], p["name"], p["type"]) for p in products] == [
        (71, "Harbour Web", "website"),
        (72, "Harbour App", "mobile_app_ios"),
        (73, "Harbour Kiosk", "website"),
    ]


@pytest.mark.anyio
async def test_products_can_be_picked_by_id(http: httpx.AsyncClient) -> None:
    products = await get_json(http, "/products?filter[product_ids][]=73&filter[product_ids][]=71", "products")
    assert [p["id"] for p in products] == [71, 73]


@pytest.mark.anyio
async def test_unknown_parameters_are_ignored(http: httpx.AsyncClient) -> None:
    assert len(await get_json(http, "/products?filter=product_ids&status=archived", "products")) == 3


@pytest.mark.anyio
async def test_a_product_without_sections_has_the_hidden_default_only(http: httpx.AsyncClient) -> None:
    product = await get_json(http, "/products/71", "product")
    assert product["sections"] == []
    assert product["sections_with_default"] == [
        {"id": 710, "name": "default-section", "connection": None, "test_templates": {"total": 20, "count": 3}}
    ]
    assert product["default_section_id"] == 710


@pytest.mark.anyio
async def test_a_sectioned_product_has_three_real_sections(http: httpx.AsyncClient) -> None:
    product = await get_json(http, "/products/72", "product")
    assert [s["id"] for s in product["sections"]] == [721, 722, 723]
    assert [s["id"] for s in product["sections_with_default"]] == [720, 721, 722, 723]


@pytest.mark.anyio
async def test_an_unknown_product_is_404_everywhere(http: httpx.AsyncClient) -> None:
    for path in ("", "/features", "/sections/710/features", "/test_environments", "/exploratory_tests"):
        assert await error(await http.get(f"/products/999{path}"), 404) == "Product not found"


@pytest.mark.anyio
async def test_features_carry_their_stories_as_text_or_as_objects(http: httpx.AsyncClient) -> None:
    plain = await get_json(http, "/products/71/features", "features")
    full = await get_json(http, "/products/71/features?includes[]=user_stories", "features")
    assert plain[0]["user_stories"][0] == "As a shopper, I can change the quantity of an article"
    assert full[0]["user_stories"][0] == {
        "id": 60,
        "path": "As a shopper, I can change the quantity of an article",
        "title": "As a shopper, I can change the quantity of an article",
        "feature_id": 301,
    }


@pytest.mark.anyio
async def test_features_are_shared_between_sections(http: httpx.AsyncClient) -> None:
    lists = [await get_json(http, f"/products/72/sections/{s}/features", "features") for s in (721, 722, 723)]
    ids = Counter(feature["id"] for features in lists for feature in features)
    assert ids[313] == 3
    assert len(ids) == len(await get_json(http, "/products/72/features", "features"))


@pytest.mark.anyio
async def test_a_section_of_another_product_is_404(http: httpx.AsyncClient) -> None:
    assert await error(await http.get("/products/71/sections/721/features"), 404) == "Section not found"


@pytest.mark.anyio
async def test_the_strict_switch_refuses_features_of_a_sectioned_product(http: httpx.AsyncClient) -> None:
    switched = await http.post(f"{SANDBOX_ORIGIN}/_sandbox/testio/switches", json={"strict_sections": True})
    assert [name for name, is_on in switched.json().items() if is_on] == ["strict_sections"]
    assert "Section" in await error(await http.get("/products/72/features"), 422)
    assert (await http.get("/products/71/features")).status_code == 200
    assert (await http.get("/products/72/sections/721/features")).status_code == 200


@pytest.mark.anyio
async def test_an_unknown_switch_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post(f"{SANDBOX_ORIGIN}/_sandbox/testio/switches", json={"turbo": True})
    assert answer.status_code == 422


# Templates and environments


@pytest.mark.anyio
async def test_templates_need_a_product(http: httpx.AsyncClient) -> None:
    assert await error(await http.get("/test_templates"), 400) == "product_id is missing"


@pytest.mark.anyio
async def test_a_template_holds_a_whole_test_or_a_word_by_a_switch(http: httpx.AsyncClient) -> None:
    template = (await get_json(http, "/test_templates?product_id=71", "test_templates"))[0]
    assert template["test_scenario_template"]["test_title"] == "Release 9"
    assert len(template["test_scenario_template"]["features"]) == 7
    assert "status" not in template["test_scenario_template"]
    async with account(build(switches=Switches(template_as_string=True))) as other:
        template = (await get_json(other, "/test_templates?product_id=71", "test_templates"))[0]
        assert template["test_scenario_template"] == "ExploratoryTest"


@pytest.mark.anyio
async def test_templates_can_be_picked_by_section(http: httpx.AsyncClient) -> None:
    templates = await get_json(http, "/test_templates?product_id=72&section_id=722", "test_templates")
    assert [t["title"] for t in templates] == ["App regression, iPad"]


@pytest.mark.anyio
async def test_every_product_has_two_environments_with_credentials_in_plain_text(http: httpx.AsyncClient) -> None:
    for product_id in (71, 72, 73):
        assert len(await get_json(http, f"/products/{product_id}/test_environments", "test_environments")) == 2
    staging = await get_json(http, "/products/71/test_environments/31", "test_environment")
    assert (staging["password"], staging["access_type"]) == ("demo-pass-4711", "url")
    assert staging["environment_test_information"]["data_type"] == "custom"


@pytest.mark.anyio
async def test_an_environment_of_another_product_is_404(http: httpx.AsyncClient) -> None:
    assert await error(await http.get("/products/72/test_environments/31"), 404) == "Test environment not found"


# Exploratory tests: reading


@pytest.mark.anyio
async def test_the_story_has_twelve_tests_in_every_status(http: httpx.AsyncClient) -> None:
    lists = [await get_json(http, f"/products/{p}/exploratory_tests", "exploratory_tests") for p in (71, 72, 73)]
    tests = [test for tests in lists for test in tests]
    assert Counter(test["status"] for test in tests) == {
        "archived": 5,
        "initialized": 2,
        "locked": 2,
        "running": 1,
        "waiting": 1,
        "cancelled": 1,
    }
    assert {"external", None} < {test["testing_type"] for test in tests}
    assert {"review_failed", "not_finalized"} < {test["review_status"] for test in tests}
    assert [test["id"] for test in lists[0]] == [5521, 5523, 5519, 5512, 5498, 5490, 5471]


@pytest.mark.anyio
async def test_the_list_has_no_metrics_and_no_meta(http: httpx.AsyncClient) -> None:
    body = await get_json(http, "/products/71/exploratory_tests?includes[]=user_stories")
    assert list(body) == ["exploratory_tests"]
    release = next(test for test in body["exploratory_tests"] if test["id"] == 5512)
    assert "analytics" not in release
    assert "bugs_found" not in release["features"][0]
    assert set(release["features"][0]["user_stories"][0]) == {
        "id",
        "path",
        "title",
        "feature_id",
        "user_story_version_id",
    }


@pytest.mark.anyio
async def test_without_a_page_the_last_150_tests_come_and_per_page_is_ignored(http: httpx.AsyncClient) -> None:
    for _ in range(150):
        await ordered(http, auto_launch=False)
    path = "/products/71/exploratory_tests"
    assert len(await get_json(http, f"{path}?per_page=3", "exploratory_tests")) == 150
    assert len(await get_json(http, f"{path}?page=1", "exploratory_tests")) == 25
    assert len(await get_json(http, f"{path}?page=2&per_page=100", "exploratory_tests")) == 57
    assert await get_json(http, f"{path}?page=3&per_page=100", "exploratory_tests") == []


@pytest.mark.anyio
async def test_one_test_shows_what_was_found(http: httpx.AsyncClient) -> None:
    test = await get_json(http, "/exploratory_tests/5512?includes[]=user_stories", "exploratory_test")
    analytics, features = test["analytics"], test["features"]
    assert (test["title"], test["test_title"], test["status"]) == ("Release 9", "Release 9", "locked")
    assert analytics["total_bugs"] == 118
    assert sum(feature["bugs_found"] for feature in features) == 118
    coupons = next(feature for feature in features if feature["id"] == 40)
    assert {88101, 88107} <= set(coupons["bug_ids"])
    assert coupons["execution_status"] == "failed"
    refusal = next(s for s in coupons["user_stories"] if 88101 in s["bug_ids"])
    assert (refusal["execution_status"], refusal["user_story_version_id"]) == ("failed", refusal["id"] * 10 + 1)
    assert analytics["total_user_stories"] == sum(len(feature["user_stories"]) for feature in features)
    assert analytics["passed_features"] + analytics["failed_features"] <= analytics["tested_features"]


@pytest.mark.anyio
async def test_a_draft_has_no_dates_and_nothing_tested(http: httpx.AsyncClient) -> None:
    test = await get_json(http, "/exploratory_tests/5521", "exploratory_test")
    assert (test["start_at"], test["end_at"]) == (None, None)
    assert test["analytics"]["total_features"] == 7
    assert test["analytics"]["tested_features"] == test["analytics"]["testers_count"] == 0


@pytest.mark.anyio
async def test_dates_come_in_three_spellings(http: httpx.AsyncClient) -> None:
    test = await get_json(http, "/exploratory_tests/5512", "exploratory_test")
    bug = await get_json(http, "/bugs/88101", "bug")
    assert test["start_at"] == "2026-04-01T10:00:00+02:00"
    assert bug["reported_at"] == "2026-04-02T11:20:01.000+02:00"
    assert test["reviews"][-1]["reviewed_at"] == "2026-03-31T08:20:00.000Z"


@pytest.mark.anyio
async def test_texts_come_raw_and_plain(http: httpx.AsyncClient) -> None:
    test = await get_json(http, "/exploratory_tests/5512", "exploratory_test")
    assert test["goal"].startswith("<p>Find what keeps people from <b>paying</b>.")
    assert test["goal_text"].startswith("Find what keeps people from paying. Start")
    assert test["instructions_text"].endswith("Do not order on production.")


# Exploratory tests: writing


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
async def test_a_test_runs_its_course_as_time_goes_by(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    test = await ordered(http, testing_type="rapid")
    seen = [(test["status"], 0)]
    for leap in ("25m", "1h", "2h", "11d"):
        later(sandbox, leap)
        test = await get_json(http, f"/exploratory_tests/{test['id']}", "exploratory_test")
        seen.append((test["status"], test["analytics"]["total_bugs"]))
    statuses, bugs = zip(*seen, strict=True)
    assert statuses == ("customer_finalized", "waiting", "running", "locked", "archived")
    assert 0 == bugs[1] < bugs[2] < bugs[3] == bugs[4]


@pytest.mark.anyio
async def test_a_running_test_gains_bugs(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    counts = []
    for _ in range(5):
        counts.append((await get_json(http, "/bugs?filter_test_cycle_ids=5519", "meta"))["record_count"])
        later(sandbox, "6h")
    assert counts[0] == 9
    assert counts == sorted(counts)
    assert counts[-1] == 26


@pytest.mark.anyio
async def test_a_test_without_auto_launch_is_a_draft_until_it_is_launched(http: httpx.AsyncClient) -> None:
    test = await ordered(http, auto_launch=False)
    assert (test["status"], test["review_status"], test["start_at"]) == ("initialized", "not_finalized", None)
    answer = await http.post(f"/exploratory_tests/{test['id']}/launch")
    assert answer.status_code == 200
    assert answer.json()["exploratory_test"]["status"] == "customer_finalized"
    again = await http.post(f"/exploratory_tests/{test['id']}/launch")
    assert "customer_finalized" in await error(again, 422)


@pytest.mark.anyio
async def test_a_duplicate_is_a_draft_of_its_own(http: httpx.AsyncClient) -> None:
    answer = await http.post("/exploratory_tests/5512/duplicate")
    twin, original = (
        answer.json()["exploratory_test"],
        await get_json(http, "/exploratory_tests/5512", "exploratory_test"),
    )
    assert answer.status_code == 200
    assert twin["status"] == "initialized"
    assert twin["title"] == "Release 9"
    assert twin["start_at"] is None
    assert twin["test_environment"]["url"] == original["test_environment"]["url"]
    assert [f["feature_id"] for f in twin["features"]] == [f["feature_id"] for f in original["features"]]
    assert not {f["id"] for f in twin["features"]} & {f["id"] for f in original["features"]}


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
