"""Which requests wait in a person's lines, how each is refused, and what is counted while it is open."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
from mcp import MCPError
from mcp.types import CallToolResult, TextContent

from server import callers
from server.configuration import TeamLimits
from server.team.fairness import RETRY_AFTER, Fairness
from server.team.person import Person

pytestmark = pytest.mark.anyio

ANNA = Person("anna")


def context(method: str, params: Mapping[str, Any] | None = None, number: int | None = 1) -> Any:
    return SimpleNamespace(method=method, params=params, request_id=number)


TITLES = {"testio": "test IO"}
BUG, URI = {"name": "testio_get_bug"}, {"uri": "testio://bugs/1"}


def one_at_once(minute: int | None = None) -> Fairness:
    limits = TeamLimits(calls_at_once=1, calls_waiting=0, calls_a_minute=minute)
    return Fairness(limits, {"testio_get_bug": "testio"}, TITLES)


ON_TESTIO, ON_NONE = context("tools/call", BUG), context("tools/call", {"name": "find_tools"})


async def admitted(fair: Fairness, ctx: Any, someone: Person | None = ANNA, *, before: Any = ON_TESTIO) -> Any:
    """The answer of a call beside another one of the same person that is under way."""

    async def go_on(given: Any) -> Any:
        assert given is ctx
        return "it passed"

    async def beside(given: Any) -> Any:
        assert given is before
        return await fair.admit(ctx, go_on)

    token = callers.person.set(someone)
    try:
        return await fair.admit(before, beside)
    finally:
        callers.person.reset(token)
        assert not fair._lines, "a line that is over takes no memory"


@pytest.mark.parametrize(
    ("ctx", "someone"),
    [
        (context("tools/call", BUG), None),
        (context("tools/call", BUG), Person("anna", is_team=False)),
        (context("ping"), ANNA),
        (context("tools/list"), ANNA),
        (context("tools/call", BUG, None), ANNA),
        (ON_NONE, ANNA),
        (context("tools/call", {"name": 7}), ANNA),
        (context("tools/call"), ANNA),
        (context("resources/read", {"uri": "testdesk://acts"}), ANNA),
        (context("resources/read", {"uri": ["testio://"]}), ANNA),
        (context("completion/complete", {"ref": URI}), ANNA),
    ],
)
async def test_only_calls_of_one_person_on_one_platform_wait_for_one_another(ctx: Any, someone: Person | None) -> None:
    assert await admitted(one_at_once(), ctx, someone) == "it passed"


async def test_what_is_about_no_platform_or_several_has_one_line() -> None:
    for params in ({"name": "find_tools"}, {"name": "across_search"}, {"name": 7}, {}):
        refused = await admitted(one_at_once(), context("tools/call", params), before=ON_NONE)
        assert "calls under way on this server and 0 waiting" in refused.content[0].text
    for uri in ("testdesk://acts", "zzz://1", 7):
        with pytest.raises(MCPError, match="calls under way on this server"):
            await admitted(one_at_once(), context("resources/read", {"uri": uri}), before=ON_NONE)


async def test_a_tool_is_refused_in_its_answer_and_anything_else_by_an_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    refused = cast("CallToolResult", await admitted(one_at_once(), context("tools/call", BUG)))
    assert refused.is_error
    assert refused.meta == {RETRY_AFTER: 1}
    (said,) = refused.content
    assert isinstance(said, TextContent)
    assert "calls under way on test IO" in said.text
    assert [one.getMessage() for one in caplog.records] == [f"refused: {said.text}"], "the operator reads it too"
    for uri in ("testio://bugs/1", "testio://bugs/testery://1"):
        with pytest.raises(MCPError, match=r"on test IO .* Nothing was sent; try again in 1 s") as raised:
            await admitted(one_at_once(), context("resources/read", {"uri": uri}))
    assert (raised.value.error.code, raised.value.error.data) == (-32_029, {"retryAfterSeconds": 1})


async def test_completion_is_no_call_of_a_minute() -> None:
    assert await admitted(one_at_once(1), context("completion/complete", {"ref": URI})) == "it passed"
    assert await admitted(one_at_once(2), ON_NONE) == "it passed"
    other = await admitted(one_at_once(1), ON_NONE)
    assert "calls_a_minute = 1" in other.content[0].text


def test_open_requests_are_counted_for_each_person_of_a_team_while_they_are_open() -> None:
    fair = Fairness(TeamLimits(open_requests=2), {}, {})
    with fair.request(ANNA) as first, fair.request(ANNA) as second:
        with fair.request(ANNA) as third, fair.request(Person("bob")) as of_another:
            assert (first, second, third, of_another) == (True, True, False, True)
        with fair.request(ANNA) as again:
            assert not again, "a refused request was none that is open"
    with fair.request(ANNA) as later:
        assert later
    assert not fair._open
    everybody = Person("a key", is_team=False)
    with fair.request(everybody) as one, fair.request(everybody) as two, fair.request(everybody) as three:
        assert one
        assert two
        assert three
