"""The fake API of test IO: who is let in, and what products, features, templates and environments it has."""

from collections import Counter

import httpx
import pytest

from server.settings import SANDBOX_ORIGIN
from tests.tools.testio_sandbox.requests import account, error, get_json
from tools.testio.sandbox.build import build
from tools.testio.sandbox.world import Switches

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
