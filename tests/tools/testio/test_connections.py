"""Connections send bugs away: a person reads the host, and nothing but a plain https address is taken."""

from typing import Any

import pytest

from tests.desk import DECLINE, ERAS, Desk, desk, text

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

CREATE, UPDATE, DELETE = "testio_create_connection", "testio_update_connection", "testio_delete_connection"
URL = "https://bugs.example.test:8443/in/9f8e7d6c5b4a"
GIVEN: dict[str, Any] = {"name": "Tracker", "url": URL, "product_ids": [71], "section_ids": [721]}


async def made(d: Desk) -> int:
    """A connection to work with."""
    connection: int = (await d.answer(CREATE, **GIVEN))["now"]["id"]
    d.asked.clear()
    return connection


@both_eras
async def test_a_new_connection_is_asked_with_its_host_and_sent_flat(mode: str) -> None:
    async with desk(mode) as d:
        told = await d.answer(CREATE, **GIVEN, fixed=True)
        (question,) = d.asked
        for part in (
            "'Tracker'",
            "bugs.example.test:8443",
            "with attachments",
            "product 71 'Harbour Web'",
            "section 721 'iPhone' of product 72 'Harbour App'",
        ):
            assert part in question, part
        assert d.sent("POST", "/connections") == ([], GIVEN | {"fixed": True})
        assert told["now"]["host"] == "bugs.example.test:8443"
        assert "9f8e7d6c5b4a" not in f"{told}{question}", "an address nobody can guess is all that protects a receiver"


@both_eras
@pytest.mark.parametrize("tool", [CREATE, UPDATE])
@pytest.mark.parametrize(
    "url",
    [
        "http://bugs.example.test/in",
        "ftp://bugs.example.test/in",
        "bugs.example.test/in",
        "https://",
        "https:///in",
        "https://me:pa55word@bugs.example.test/in",
        "https://good.example.test@evil.example/in",
        "https://evil.example\\.good.example.test/in",
        "https://evil.example .good.example.test/in",
        "https://b\u00fcgs.example.test/in",
        "https://evil%2eexample/in",
        "https://[::1/in",
        "https://bugs.example.test:port/in",
        "javascript:alert(1)",
    ],
)
async def test_an_address_that_is_no_plain_https_one_is_refused_before_any_request(
    mode: str, tool: str, url: str
) -> None:
    async with desk(mode) as d:
        more = {"connection_id": 1} if tool == UPDATE else {"name": "Tracker"}
        told = await d.refusal(tool, url=url, **more)
        assert "https" in told
        assert "Nothing was sent." in told
        assert "evil.example" not in told
        assert d.asked == d.arrived() == []


@pytest.mark.parametrize("url", ["http://localhost:9000/in", "http://127.0.0.1/in", "http://[::1]:9000/in"])
async def test_plain_http_is_for_this_machine_only(url: str) -> None:
    async with desk() as d:
        await d.answer(CREATE, name="Here", url=url)
        assert d.writes() == ["POST /connections"]


@both_eras
async def test_no_connection_is_made_without_a_yes(mode: str) -> None:
    for person in (DECLINE, None):
        async with desk(mode, person=person) as d:
            await d.refusal(CREATE, **GIVEN)
            assert d.writes() == []


async def test_a_connection_is_read_and_its_products_show_it() -> None:
    async with desk() as d:
        connection = await made(d)
        read = await d.answer("testio_get_connection", connection_id=connection)
        assert d.sent("GET", f"/connections/{connection}") == ([], None)
        assert (read["name"], read["host"]) == ("Tracker", "bugs.example.test:8443")
        assert "9f8e7d6c5b4a" not in str(read)
        product = await d.answer("testio_get_product", product_id=71)
        assert product["connection"]["id"] == connection
        sections = (await d.answer("testio_get_product", product_id=72))["sections"]
        assert [s.get("connection", {}).get("id") for s in sections] == [connection, None, None]


@both_eras
async def test_the_name_is_sent_with_every_change_since_the_platform_wants_it(mode: str) -> None:
    async with desk(mode) as d:
        connection = await made(d)
        told = await d.answer(UPDATE, connection_id=connection, url="https://new.example.test/in")
        assert d.sent("PUT", f"/connections/{connection}") == (
            [],
            {"name": "Tracker", "url": "https://new.example.test/in"},
        )
        assert (told["before"]["host"], told["now"]["host"]) == ("bugs.example.test:8443", "new.example.test")
        assert told["done"] == "Changed: url."
        (question,) = d.asked
        for part in ("'Tracker'", "go to: new.example.test, until now to 'bugs.example.test:8443'", "71 'Harbour Web'"):
            assert part in question, part
        await d.answer(UPDATE, connection_id=connection, name="Tracker 2", product_ids=[73])
        assert d.sent("PUT", f"/connections/{connection}") == ([], {"name": "Tracker 2", "product_ids": [73]})
        for part in ("becomes 'Tracker 2'", "'new.example.test', as before", "product 73 'Harbour Kiosk'"):
            assert part in d.asked[1], part


@both_eras
async def test_nothing_is_changed_or_deleted_without_a_yes(mode: str) -> None:
    async with desk(mode) as d:
        connection = await made(d)
    async with desk(mode, person=DECLINE, world=d.sandboxes) as d:
        before = len(d.writes())
        await d.refusal(UPDATE, connection_id=connection, name="Other")
        await d.refusal(DELETE, connection_id=connection)
        assert len(d.asked) == 2
        assert len(d.writes()) == before


@both_eras
async def test_a_deletion_names_the_host_and_who_uses_it(mode: str) -> None:
    async with desk(mode) as d:
        connection = await made(d)
        gone = await d.answer(DELETE, connection_id=connection)
        (question,) = d.asked
        for part in (f"{connection} 'Tracker'", "'bugs.example.test:8443'", "product 71", "section 721", "no undo"):
            assert part in question, part
        assert gone["before"]["name"] == "Tracker"
        assert d.writes()[-1] == f"DELETE /connections/{connection}"
        assert f"No connection {connection}." in await d.refusal("testio_get_connection", connection_id=connection)


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        (CREATE, GIVEN | {"product_ids": [999]}, "No product 999. testio_list_products shows ids. Nothing was sent."),
        (CREATE, GIVEN | {"section_ids": [999]}, "No section 999. testio_get_product shows"),
        (UPDATE, {"connection_id": 9999, "name": "x"}, "No connection 9999."),
        (UPDATE, {"connection_id": 9999}, "Give at least one field to change. Nothing was sent."),
        (DELETE, {"connection_id": 9999}, "testio_get_product shows those in use"),
        ("testio_get_connection", {"connection_id": 9999}, "No connection 9999."),
    ],
)
async def test_what_cannot_work_is_refused_before_anybody_is_asked(
    tool: str, arguments: dict[str, Any], sentence: str
) -> None:
    async with desk() as d:
        assert sentence in await d.refusal(tool, **arguments)
        assert d.asked == d.writes() == []


@both_eras
async def test_a_given_address_is_hidden_where_the_platform_repeats_it(mode: str) -> None:
    async with desk(mode) as d:
        body = '{"error": "Validation failed: ' + URL + ' cannot be reached"}'
        await d.fault(method="POST", path="/connections", times=1, status=422, body=body)
        told = text(await d.call(CREATE, **GIVEN))
        assert "cannot be reached" in told
        assert "9f8e7d6c5b4a" not in told


async def reached(d: Desk) -> None:
    """Say where the inbox of this desk is reached, as `testdesk inbox --public-url` does."""
    await d.store.say("public_url", "https://qa.example.test/hooks")


@both_eras
async def test_a_connection_can_lead_to_the_inbox_at_an_address_nobody_sees(mode: str) -> None:
    async with desk(mode) as d:
        await reached(d)
        told = await d.answer(CREATE, name="Testdesk", to_inbox=True, product_ids=[71])
        (question,) = d.asked
        assert "qa.example.test, the inbox of Testdesk" in question
        _, body = d.sent("POST", "/connections")
        prefix, _, word = body["url"].rpartition("/")
        assert prefix == "https://qa.example.test/hooks/inbox/testio"
        assert len(word) >= 43
        assert word not in f"{told}{question}"
        assert len(await d.store.addresses("testio")) == 1


@both_eras
async def test_without_a_public_address_nothing_is_asked_or_sent(mode: str) -> None:
    async with desk(mode) as d:
        assert "--public-url" in await d.refusal(CREATE, name="Testdesk", to_inbox=True)
        assert d.asked == []
        assert d.writes() == []


async def test_a_connection_that_was_refused_leaves_no_address_behind() -> None:
    async with desk() as d:
        await reached(d)
        await d.fault(method="POST", path="/connections", times=1, status=422, body='{"error": "no"}')
        await d.refusal(CREATE, name="Testdesk", to_inbox=True)
        assert await d.store.addresses("testio") == []


@both_eras
@pytest.mark.parametrize("given", [{}, {"url": URL, "to_inbox": True}])
async def test_a_connection_has_exactly_one_target(mode: str, given: dict[str, Any]) -> None:
    async with desk(mode) as d:
        assert "exactly one of url and to_inbox" in await d.refusal(CREATE, name="Tracker", **given)
        assert d.arrived() == []
