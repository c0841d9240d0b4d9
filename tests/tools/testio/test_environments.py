"""Test environments: one way in, a person's yes for orders and credentials, and credentials that never come back."""

from typing import Any

import pytest

from tests.desk import DECLINE, ERAS, desk, settings, text

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

CREATE = "testio_create_test_environment"
UPDATE = "testio_update_test_environment"
DELETE = "testio_delete_test_environment"
PLAIN: dict[str, Any] = {"product_id": 71, "title": "PR 12", "url": "https://pr12.example.test"}
SECRETS = {"username": "harbour-tester", "password": "Kran-0815", "access": "VPN first; then gate / Moewe-2207"}
WORDS = ("harbour-tester", "Kran-0815", "Moewe-2207")
INFORMATION = {"data_type": "custom", "page_url": "https://pr12.example.test/qa", "description": "Take one account."}


@pytest.mark.parametrize(
    "way", [{"url": "pr12.example.test"}, {"binary_app_id": 77}, {"file_url": "https://files.example.test/a.apk"}]
)
async def test_each_way_in_reaches_the_wire_alone_and_asks_nobody(way: dict[str, Any]) -> None:
    async with desk(person=None) as d:
        await d.fault(
            method="POST", path="/products/71/test_environments", times=1, status=201, body='{"test_environment": {}}'
        )
        await d.answer(CREATE, product_id=71, title="PR 12", **way)
        sent = d.sent("POST", "/products/71/test_environments")
        assert sent == ([], {"test_environment": {"title": "PR 12", **way}})


async def test_all_fields_reach_the_wire_as_the_reference_shows_them() -> None:
    async with desk() as d:
        made = await d.answer(
            CREATE, **PLAIN, **SECRETS, proxy=True, allow_orders=True, environment_test_information=INFORMATION
        )
        query, body = d.sent("POST", "/products/71/test_environments")
        assert query == []
        assert body == {
            "test_environment": {
                "title": "PR 12",
                "url": "https://pr12.example.test",
                **SECRETS,
                "proxy": True,
                "allow_orders": True,
                "environment_test_information": INFORMATION,
            }
        }
        environment = made["now"]
        assert environment["environment_test_information"] == INFORMATION
        assert {environment[name] for name in SECRETS} == {"[hidden]"}
        read = await d.answer("testio_get_test_environment", product_id=71, environment_id=environment["id"])
        assert read["title"] == "PR 12"


@both_eras
@pytest.mark.parametrize(
    ("tool", "wrong", "sentence"),
    [
        (CREATE, {"url": None}, "Give exactly one of url, binary_app_id and file_url"),
        (CREATE, {"binary_app_id": 7}, "Give exactly one of url, binary_app_id and file_url"),
        (
            CREATE,
            {"url": None, "binary_app_id": 7, "file_url": "https://f.example/a"},
            "testio_upload_binary_app uploads a file of yours",
        ),
        (CREATE, {"environment_test_information": INFORMATION | {"page_url": "/qa"}}, "full http or https address"),
        (CREATE, {"environment_test_information": INFORMATION | {"page_url": "ftp://a/b"}}, "http or https"),
        (CREATE, {"environment_test_information": INFORMATION | {"page_url": "https://[::1"}}, "http or https"),
        (CREATE, {"environment_test_information": INFORMATION | {"data_type": "text"}}, "one of custom, access_claims"),
        (CREATE, {"environment_test_information": INFORMATION | {"description": "x" * 256}}, "255"),
        (CREATE, {"environment_test_information": "https://pr12.example.test/qa"}, "environment_test_information"),
        (CREATE, {"title": "x" * 81}, "80"),
        (CREATE, {"file_base_64": "UEs="}, "no argument 'file_base_64'"),
        (UPDATE, {"binary_app_id": 7}, "Give at most one of url, binary_app_id and file_url"),
        (UPDATE, {"environment_test_information": INFORMATION | {"page_url": "qa"}}, "full http or https address"),
        (UPDATE, {"title": None, "url": None}, "Give at least one field to change"),
    ],
)
@pytest.mark.parametrize("more", [{}, {"allow_orders": True}, {"password": "Kran-0815"}])
async def test_what_the_rules_exclude_is_refused_with_the_rule_before_any_request(
    mode: str, tool: str, wrong: dict[str, Any], sentence: str, more: dict[str, Any]
) -> None:
    if wrong == {"title": None, "url": None} and more:
        return  # with one of these there is something to change
    async with desk(mode) as d:
        given = PLAIN | ({"environment_id": 31} if tool == UPDATE else {}) | wrong | more
        told = await d.refusal(tool, **{name: value for name, value in given.items() if value is not None})
        assert sentence in told
        assert "Nothing was sent" in told
        assert "Kran-0815" not in told
        assert d.asked == d.arrived() == []


@both_eras
@pytest.mark.parametrize(
    ("more", "part"),
    [
        ({"allow_orders": True}, "TESTERS MAY PLACE REAL ORDERS"),
        ({"password": "Kran-0815"}, "Handed to testers: a password (hidden here)"),
        (SECRETS, "a user name, a password, a text on how to get in (hidden here)"),
    ],
)
async def test_orders_and_credentials_are_asked_and_a_no_sends_nothing(
    mode: str, more: dict[str, Any], part: str
) -> None:
    async with desk(mode, person=DECLINE) as d:
        await d.refusal(CREATE, **PLAIN, environment_test_information=INFORMATION, **more)
        (question,) = d.asked
        for shown in (part, "'PR 12'", "71 'Harbour Web'", "'https://pr12.example.test'", "'Take one account.'"):
            assert shown in question, shown
        assert not [word for word in WORDS if word in question]
        assert d.writes() == []
    async with desk(mode, person=None) as d:
        assert "needs the user's yes" in await d.refusal(CREATE, **PLAIN, **more)
        assert d.writes() == []


@both_eras
@pytest.mark.parametrize("more", [{}, {"allow_orders": False}, {"username": "", "password": ""}, {"proxy": True}])
async def test_what_hands_nothing_over_is_not_asked(mode: str, more: dict[str, Any]) -> None:
    async with desk(mode, person=None) as d:
        await d.answer(CREATE, **PLAIN, **more)
        await d.answer(UPDATE, product_id=71, environment_id=31, title="Staging 2", **more)


@both_eras
async def test_an_update_sends_what_was_said_and_tells_before_and_after(mode: str) -> None:
    async with desk(mode, person=None) as d:
        told = await d.answer(UPDATE, product_id=71, environment_id=31, url="https://next.example.test", password="")
        sent = d.sent("PUT", "/products/71/test_environments/31")
        assert sent == ([], {"test_environment": {"url": "https://next.example.test", "password": ""}})
        assert told["done"] == "Changed: password, url."
        assert told["before"]["url"] == "staging.shop.example.test"
        assert told["before"]["password"] == "[hidden]"
        assert told["now"]["url"] == "https://next.example.test"
        assert "password" not in told["now"]


@both_eras
async def test_a_new_address_under_an_old_permission_to_order_is_asked(mode: str) -> None:
    async with desk(mode, person=DECLINE) as d:
        await d.refusal(UPDATE, product_id=71, environment_id=32, url="https://other.example.test")
        (question,) = d.asked
        for part in ("32 'Production' at 'https://shop.example.test'", "'https://other.example.test'", "REAL ORDERS"):
            assert part in question, part
        await d.answer(UPDATE, product_id=71, environment_id=32, title="Live")
        await d.answer(UPDATE, product_id=71, environment_id=32, url="https://o.example.test", allow_orders=False)
        assert len(d.asked) == 1
        assert d.writes() == ["PUT /products/71/test_environments/32"] * 2


@both_eras
async def test_new_credentials_are_asked_and_sent_after_a_yes(mode: str) -> None:
    async with desk(mode) as d:
        told = await d.answer(UPDATE, product_id=71, environment_id=31, **SECRETS)
        assert len(d.asked) == 1
        assert d.sent("PUT", "/products/71/test_environments/31") == ([], {"test_environment": SECRETS})
        everything = f"{told} {d.asked}"
        assert not [word for word in WORDS if word in everything]


@both_eras
async def test_a_deletion_names_the_environment_and_the_tests_that_use_it(mode: str) -> None:
    async with desk(mode) as d:
        gone = await d.answer(DELETE, product_id=71, environment_id=31)
        (question,) = d.asked
        for part in ("31 'Staging' at 'staging.shop.example.test'", "71 'Harbour Web'", "5519, 5521", "no undo"):
            assert part in question, part
        assert gone["before"]["title"] == "Staging"
        assert d.writes() == ["DELETE /products/71/test_environments/31"]
        told = await d.refusal("testio_get_test_environment", product_id=71, environment_id=31)
        assert "no test environment 31" in told


@both_eras
async def test_an_environment_stays_without_a_yes(mode: str) -> None:
    async with desk(mode, person=DECLINE) as d:
        await d.refusal(DELETE, product_id=71, environment_id=31)
        assert d.writes() == []
    async with desk(mode, person=None) as d:
        assert "needs the user's yes" in await d.refusal(DELETE, product_id=71, environment_id=31)
        assert d.arrived() == []


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        (CREATE, {"product_id": 999, "title": "x", "url": "x.example"}, "No product 999. testio_list_products"),
        (UPDATE, {"product_id": 71, "environment_id": 999, "title": "x"}, "testio_list_test_environments shows"),
        (DELETE, {"product_id": 71, "environment_id": 999}, "testio_list_test_environments shows"),
        (DELETE, {"product_id": 999, "environment_id": 31}, "No product 999."),
    ],
)
async def test_what_does_not_exist_is_refused_with_the_tool_that_lists_it(
    tool: str, arguments: dict[str, Any], sentence: str
) -> None:
    async with desk() as d:
        assert sentence in await d.refusal(tool, **arguments)
        assert d.asked == []


@both_eras
async def test_given_credentials_come_back_in_no_answer_question_error_or_log(
    mode: str, capsys: pytest.CaptureFixture[str]
) -> None:
    everything: list[str] = []
    async with desk(mode, told=settings(log_level="DEBUG")) as d:
        for status in (201, 422, 500, 200):
            echo = '{"error": "Validation failed: ' + " and ".join(SECRETS.values()) + ' are too short"}'
            body = {} if status == 201 else {"body": echo if status > 400 else "{not json: " + echo}
            if body:
                await d.fault(method="POST", path="/products/71/test_environments", times=1, status=status, **body)
            everything.append(text(await d.call(CREATE, **PLAIN, **SECRETS)))
        everything.append(text(await d.call("testio_list_test_environments", product_id=71)))
        everything += d.asked
    assert "are too short" in everything[1], "the platform's sentence itself is kept"
    log = capsys.readouterr().err
    assert "POST /products/71/test_environments done" in log
    told = "\n".join([*everything, log])
    assert not [word for word in WORDS if word in told]


@both_eras
async def test_a_short_password_is_hidden_where_the_platform_repeats_it(mode: str) -> None:
    async with desk(mode) as d:
        body = '{"error": "Validation failed: password demo is too short (demo has 4 characters, demos are longer)"}'
        await d.fault(method="POST", path="/products/71/test_environments", times=1, status=422, body=body)
        told = await d.refusal(CREATE, **PLAIN, password="demo")
        assert "password [hidden] is too short ([hidden] has 4 characters, demos are longer)" in told


async def test_a_password_that_looks_like_json_stays_a_text() -> None:
    for password in ('["a", 1]', '{"a": 1}', "null", "true", "12345678"):
        async with desk() as d:
            await d.answer(CREATE, **PLAIN, password=password)
            _, body = d.sent("POST", "/products/71/test_environments")
            assert body["test_environment"]["password"] == password


@both_eras
async def test_the_access_text_of_an_order_is_a_secret_too(mode: str) -> None:
    order: dict[str, Any] = {
        "product_id": 71,
        "features": [{"id": 302}],
        "test_environment": {"title": "PR 12", "url": "https://pr12.example.test", "access": SECRETS["access"]},
    }
    async with desk(mode) as d:
        body = '{"error": "Validation failed: ' + SECRETS["access"] + ' is too long"}'
        await d.fault(method="POST", path="/products/71/exploratory_tests", times=1, status=422, body=body)
        told = await d.refusal("testio_create_exploratory_test", **order)
        done = await d.answer("testio_create_exploratory_test", **order)
        _, sent = d.sent("POST", "/products/71/exploratory_tests")
        assert sent["exploratory_test"]["test_environment"]["access"] == SECRETS["access"]
        assert "is too long" in told
        assert "Moewe-2207" not in f"{told} {done} {d.asked}"


@both_eras
async def test_a_draft_in_an_unknown_environment_is_refused_though_it_asks_nobody(mode: str) -> None:
    draft: dict[str, Any] = {"product_id": 71, "features": [{"id": 302}], "auto_launch": False}
    async with desk(mode, person=None) as d:
        told = await d.refusal("testio_create_exploratory_test", **draft, test_environment={"id": 999})
        assert told == "Product 71 has no test environment 999. testio_list_test_environments shows its ids."
        assert d.writes() == []
        await d.answer("testio_create_exploratory_test", **draft, test_environment={"id": 31})
        assert d.writes() == ["POST /products/71/exploratory_tests"]
