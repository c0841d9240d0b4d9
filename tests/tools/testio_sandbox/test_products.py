"""The fake API of test IO: products, features and user stories that are made, changed and deleted."""

import tomllib
from datetime import timedelta

import httpx
import pytest

from server.coverage import ROOT, shape
from tests.tools.testio_sandbox.requests import error, get_json
from tools.kit.sandbox.sandbox import Sandbox

PRODUCT = {"title": "Harbour Tours", "product_type": "website", "industry": "travel"}
FEATURE = {"title": "Wishlist", "description": "What to buy later", "howtofind": "The heart"}
STORY = "As a shopper, I can change the quantity of an article"


def test_the_api_has_the_operations_of_the_reference_and_two_old_paths(sandbox: Sandbox) -> None:
    reference = tomllib.loads((ROOT / "tools/testio/operations.toml").read_text(encoding="utf-8"))
    operations = [(operation["method"], shape(operation["path"])) for operation in reference["operation"]]
    old = [("POST", "/bugs/search"), ("POST", "/products/{}/features")]
    assert sorted((method, shape(path)) for method, path in sandbox.routes) == sorted(operations + old)
    assert len(operations) == reference["expected"]


# Products


@pytest.mark.anyio
async def test_a_new_product_answers_under_other_names_and_has_a_default_section(http: httpx.AsyncClient) -> None:
    answer = await http.post("/products", json={"product": {**PRODUCT, "description": "By boat"}})
    product = answer.json()["product"]
    assert answer.status_code == 201
    assert (product["name"], product["type"], product["description"]) == ("Harbour Tours", "website", "By boat")
    assert not {"title", "product_type", "industry"} & product.keys()
    assert product["sections"] == []
    assert [s["id"] for s in product["sections_with_default"]] == [product["default_section_id"]]
    assert await get_json(http, f"/products/{product['id']}", "product") == product


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "product is missing"),
        ({"product": {}}, "title is missing, product_type is missing, industry is missing"),
        ({"product": {**PRODUCT, "product_type": "web"}}, "product_type does not have a valid value"),
        ({"product": {**PRODUCT, "industry": "shipping"}}, "industry does not have a valid value"),
        ({"product": "Harbour"}, "product is invalid"),
    ],
)
async def test_an_unsound_product_is_400(http: httpx.AsyncClient, sent: object, words: str) -> None:
    assert await error(await http.post("/products", json=sent), 400) == words
    assert len(await get_json(http, "/products", "products")) == 3


@pytest.mark.anyio
async def test_only_the_description_of_a_product_changes(http: httpx.AsyncClient) -> None:
    before = await get_json(http, "/products/71", "product")
    answer = await http.put("/products/71", json={"product": {"title": "x", "name": "x", "description": "New"}})
    assert answer.status_code == 200
    assert answer.json()["product"] == {**before, "description": "New"}
    assert (await http.put("/products/71", json={"product": {}})).json()["product"]["description"] == "New"


@pytest.mark.anyio
async def test_a_deleted_product_takes_everything_below_it_along(http: httpx.AsyncClient) -> None:
    before = await get_json(http, "/products/71", "product")
    answer = await http.delete("/products/71")
    assert (answer.status_code, answer.json()) == (200, {"product": before})
    for path in ("/products/71", "/exploratory_tests/5512", "/bugs/88101", "/user_stories/60", "/products/71/features"):
        await error(await http.get(path), 404)
    assert (await get_json(http, "/bugs", "meta"))["record_count"] == 41
    assert (await get_json(http, "/bugs?filter_test_cycle_ids=5512", "meta"))["record_count"] == 0
    rows = await get_json(http, "/user_story_version_executions?per_page=500", "user_story_version_executions")
    assert {row["test_cycle"]["id"] for row in rows} <= {5501, 5507, 5493}


@pytest.mark.anyio
async def test_time_goes_on_after_a_product_with_a_running_test_is_gone(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    await http.delete("/products/71")
    sandbox.clock.advance(timedelta(days=12))
    bugs = await get_json(http, "/bugs", "bugs")
    assert {bug["product"]["id"] for bug in bugs} == {72, 73}
    assert {bug["status"] for bug in bugs} <= {"accepted", "rejected"}


# Features


@pytest.mark.anyio
async def test_a_new_feature_has_its_ids_outside(http: httpx.AsyncClient) -> None:
    sent = {"product_id": 71, "feature": {**FEATURE, "user_stories": ["I can wish", "I can share"]}}
    answer = await http.post("/features", json=sent)
    assert answer.status_code == 201
    feature = answer.json()["feature"]
    assert feature == {"id": 401, **FEATURE, "user_stories": ["I can wish", "I can share"]}
    assert (await get_json(http, "/products/71/features", "features"))[-1] == feature


@pytest.mark.anyio
async def test_a_feature_of_a_sectioned_product_is_put_into_the_named_sections(http: httpx.AsyncClient) -> None:
    sent = {"product_id": 72, "section_ids": [721, 723], "feature": FEATURE}
    assert (await http.post("/features", json=sent)).status_code == 201
    for section, count in ((721, 1), (722, 0), (723, 1)):
        features = await get_json(http, f"/products/72/sections/{section}/features", "features")
        assert sum(feature["title"] == "Wishlist" for feature in features) == count


@pytest.mark.anyio
async def test_the_path_of_2022_names_the_product(http: httpx.AsyncClient) -> None:
    answer = await http.post("/products/73/features", json={"feature": FEATURE})
    assert answer.status_code == 201
    assert (await get_json(http, "/products/73/features", "features"))[-1]["title"] == "Wishlist"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({}, 400, "product_id is missing, feature is missing"),
        ({"product_id": 71, "feature": {}}, 400, "title is missing, description is missing"),
        ({"product_id": 71, "feature": {"title": "x"}}, 400, "description is missing"),
        ({"feature": {**FEATURE, "product_id": 71}}, 400, "product_id is missing"),
        ({"product_id": 999, "feature": FEATURE}, 404, "Product not found"),
        ({"product_id": 72, "feature": FEATURE}, 400, "section_ids is missing"),
        ({"product_id": 72, "section_ids": [710], "feature": FEATURE}, 422, "Validation failed: Section must exist"),
        ({"product_id": 71, "feature": {**FEATURE, "user_stories": "one"}}, 400, "user_stories is invalid"),
    ],
)
async def test_an_unsound_feature_is_refused(http: httpx.AsyncClient, sent: object, status: int, words: str) -> None:
    assert await error(await http.post("/features", json=sent), status) == words


@pytest.mark.anyio
async def test_copied_features_come_with_their_stories_and_twice_when_copied_twice(http: httpx.AsyncClient) -> None:
    for times in (1, 2):
        answer = await http.put("/products/71/features/copy", json={"destination_product_id": 73})
        assert answer.status_code == 200
        titles = [feature["title"] for feature in answer.json()["features"]]
        assert (len(titles), titles.count("Coupons")) == (2 + 7 * times, times)
    path = "/products/71/features/copy?includes[]=user_stories&destination_product_id=73"
    copies = (await http.put(path)).json()["features"]
    assert copies[-1]["user_stories"][0]["path"] == "As a shopper, I see whether my size is in stock"
    assert len(await get_json(http, "/products/71/features", "features")) == 7
    ids = [story["id"] for feature in copies for story in feature["user_stories"]]
    assert len(set(ids)) == len(ids)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("sent", "status"), [({}, 400), ({"destination_product_id": 999}, 404), ({"destination_product_id": 71}, 422)]
)
async def test_a_copy_needs_another_product(http: httpx.AsyncClient, sent: object, status: int) -> None:
    await error(await http.put("/products/71/features/copy", json=sent), status)


# User stories


@pytest.mark.anyio
async def test_a_story_stands_bare_and_the_list_in_an_envelope(http: httpx.AsyncClient) -> None:
    assert await get_json(http, "/user_stories/60") == {"id": 60, "path": STORY, "title": STORY}
    stories = await get_json(http, "/products/71/user_stories", "user_stories")
    assert len(stories) == 16
    assert stories[0] == {"id": 60, "path": STORY, "title": STORY}


@pytest.mark.anyio
@pytest.mark.parametrize(("method", "below"), [("GET", ""), ("POST", ""), ("PUT", "/76"), ("DELETE", "/76")])
async def test_a_product_with_sections_wants_one_named(http: httpx.AsyncClient, method: str, below: str) -> None:
    path, sent = f"/products/72/user_stories{below}", {"user_story": {"feature_id": 311, "path": "x"}}
    assert await error(await http.request(method, path, json=sent), 400) == "section_id is missing"
    assert await error(await http.request(method, f"{path}?section_id=710", json=sent), 404) == "Section not found"


@pytest.mark.anyio
async def test_stories_are_listed_by_section(http: httpx.AsyncClient) -> None:
    counts = [
        len(await get_json(http, f"/products/72/user_stories?section_id={section}", "user_stories"))
        for section in (720, 721, 722, 723)
    ]
    assert counts == [0, 7, 6, 3]


@pytest.mark.anyio
async def test_a_story_is_made_changed_and_deleted(http: httpx.AsyncClient) -> None:
    path = "/products/71/user_stories"
    made = await http.post(path, json={"user_story": {"feature_id": 302, "path": "I see what I saved"}})
    story = made.json()
    assert made.status_code == 201
    assert story == {"id": 501, "path": "I see what I saved", "title": "I see what I saved"}
    changed = await http.put(f"{path}/501", json={"user_story": {"path": "I see the sum I saved"}})
    assert (changed.status_code, changed.json()["path"]) == (200, "I see the sum I saved")
    features = {f["id"]: f for f in await get_json(http, "/products/71/features", "features")}
    assert features[302]["user_stories"][-1] == "I see the sum I saved"
    deleted = await http.delete(f"{path}/501")
    assert (deleted.status_code, deleted.json()) == (200, changed.json())
    await error(await http.get("/user_stories/501"), 404)


@pytest.mark.anyio
async def test_a_test_keeps_the_text_a_story_had(http: httpx.AsyncClient) -> None:
    await http.put("/products/71/user_stories/60", json={"user_story": {"path": "Another text"}})
    assert (await get_json(http, "/user_stories/60"))["path"] == "Another text"
    test = await get_json(http, "/exploratory_tests/5512", "exploratory_test")
    assert test["features"][0]["user_stories"][0] == STORY


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "path", "story", "status", "words"),
    [
        ("POST", "71/user_stories", {}, 400, "feature_id is missing, path is missing"),
        ("POST", "71/user_stories", {"feature_id": 302}, 400, "path is missing"),
        ("POST", "71/user_stories", {"feature_id": 311, "path": "x"}, 422, "Validation failed: Feature must exist"),
        ("POST", "72/user_stories?section_id=723", {"feature_id": 311, "path": "x"}, 422, "belong to the section"),
        ("PUT", "71/user_stories/60", {"path": ""}, 400, "path is missing"),
        ("PUT", "71/user_stories/76", {"path": "x"}, 404, "User story not found"),
        ("DELETE", "73/user_stories/60", {}, 404, "User story not found"),
    ],
)
async def test_an_unsound_story_is_refused(
    http: httpx.AsyncClient, method: str, path: str, story: object, status: int, words: str
) -> None:
    answer = await http.request(method, f"/products/{path}", json={"user_story": story})
    assert words in await error(answer, status)


@pytest.mark.anyio
async def test_a_story_of_a_sectioned_product_changes_under_any_of_its_sections(http: httpx.AsyncClient) -> None:
    path = "/products/72/user_stories/82?section_id=723"
    answer = await http.put(path, json={"user_story": {"path": "I look at my phone"}})
    assert answer.json() == {"id": 82, "path": "I look at my phone", "title": "I look at my phone"}
