"""What the redaction learns in real calls: by whom, for how long, and that it cannot be turned against a person."""

import gc
from types import SimpleNamespace
from typing import Any, cast

import pytest

from server.guards.memory import Memory, Sessions
from server.guards.redact import Redactor, remember_session
from tests.desk import DECLINE, ERAS, YES, change_bug, desk, sandboxes, text

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)

ENVIRONMENT: dict[str, Any] = {"product_id": 71, "title": "Made", "url": "https://a.example.test"}


@both_eras
@pytest.mark.parametrize(
    "password",
    ["Coupon field accepts expired code", "there is no undo", "88101", "Coupon", "It goes 0 suites below it, 18 tests"],
)
async def test_no_password_blanks_a_question(mode: str, password: str) -> None:
    async with desk(mode, person=DECLINE) as d:
        await d.call("testio_create_test_environment", **ENVIRONMENT, password=password, username=password)
        await d.call("testio_create_access_claim", name="x", expiration_period=7, credentials=[password])
        await d.call("testio_accept_bug", bug_id=88101)
        assert "'Coupon field accepts expired code'" in d.asked[-1]
        assert "88101" in d.asked[-1]
        assert "there is no undo" in d.asked[-1]
        assert "[hidden]" not in d.asked[-1]


@both_eras
async def test_what_is_handed_in_hides_nothing_before_the_act_and_refuses_the_question_that_it_would_hide(
    mode: str,
) -> None:
    world, password = sandboxes(), "Expired-Code-1!"
    change_bug(world, 88101, title=f"Login with {password} fails")
    async with desk(mode, person=DECLINE, world=world) as d:
        asked = len(d.asked)
        await d.call("testio_create_access_claim", name="x", expiration_period=7, credentials=[password])
        await d.call("testio_accept_bug", bug_id=88101)
        assert password in d.asked[-1], "nobody said yes, so nothing was learned"
        assert len(d.asked) > asked
    async with desk(mode, person=YES, world=world) as d:
        await d.answer("testio_create_test_environment", **ENVIRONMENT, password=password)
        asked = len(d.asked)
        told = await d.refusal("testio_accept_bug", bug_id=88101)
        assert "nobody was asked. " in told
        assert told.endswith("Nothing was sent.")
        assert len(d.asked) == asked
        assert "[hidden]" in text(await d.call("testio_get_bug", bug_id=88101))


@both_eras
async def test_what_a_platform_showed_is_not_pushed_out_by_what_callers_send(mode: str) -> None:
    world = sandboxes()
    password = next(
        e.password for e in world.sandboxes["testio"].world.environments.values() if e.password and "-" in e.password
    )
    change_bug(world, 88101, title=f"Login with {password} fails")
    async with desk(mode, person=YES, world=world) as d:
        await d.answer("testio_list_test_environments", product_id=71)
        for claim in range(6):
            credentials = [f"user-{claim}-{number} / Handed-in-{claim}-{number}-{'x' * 60}!" for number in range(50)]
            await d.call("testio_create_access_claim", name="x", expiration_period=7, credentials=credentials)
        assert password not in text(await d.call("testio_get_bug", bug_id=88101))


@both_eras
async def test_a_page_hides_what_the_platform_shows_beside_it_the_first_time(mode: str) -> None:
    world = sandboxes()
    state = world.sandboxes["testio"].world
    environment = next(e for e in state.environments.values() if e.product_id == 71 and e.password)
    state.products[71].description = f"Log in with {environment.password} to see it"
    async with desk(mode, world=world) as d:
        page = str((await d.client.read_resource("testio://products/71")).contents[0].text)  # type: ignore[union-attr]
    assert environment.password not in page


@both_eras
async def test_what_a_question_reads_is_hidden_though_the_answer_is_no(mode: str) -> None:
    world = sandboxes()
    environments = world.sandboxes["testio"].world.environments.values()
    environment = next(e for e in environments if e.product_id == 72 and e.password)
    change_bug(world, 88101, title=f"Login with {environment.password} fails")
    async with desk(mode, person=DECLINE, world=world) as d:
        assert environment.password in text(await d.call("testio_get_bug", bug_id=88101)), "nothing has shown it yet"
        await d.refusal("testio_delete_test_environment", product_id=72, environment_id=environment.id)
        assert len(d.asked) == 1
        assert environment.password not in text(await d.call("testio_get_bug", bug_id=88101))


class Connection:
    """What lives as long as a session."""


async def test_a_request_is_redacted_with_what_its_session_has_seen() -> None:
    remember, redact = remember_session(Sessions()), Redactor()

    async def look(ctx: Any) -> Any:
        before = redact("with Hafen-4711")
        redact.learn("Hafen-4711")
        return before

    here, elsewhere = (
        cast(Any, SimpleNamespace(request=request, session=SimpleNamespace(_connection=Connection())))
        for request in (None, SimpleNamespace(scope={}))
    )
    told: list[Any] = [await remember(ctx, look) for ctx in (here, here, elsewhere)]
    assert told == ["with Hafen-4711", "with [hidden]", "with Hafen-4711"]


async def test_over_http_each_session_has_a_memory_of_its_own() -> None:
    def of(request: Any, connection: Any) -> Memory:
        ctx: Any = SimpleNamespace(request=request, session=SimpleNamespace(_connection=connection))
        return sessions.of(ctx)

    sessions, one, other = Sessions(), Connection(), Connection()
    assert of("POST", one) is of("POST", one)
    assert of("POST", one) is not of("POST", other)
    assert of(None, one) is of(None, other), "a pipe has one client"
    assert of(None, one) is not of("POST", one)
    del other
    gc.collect()
    assert len(sessions._of) == 1, "a session that ended is forgotten"
