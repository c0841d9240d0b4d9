"""Each answer to a question on a modern connection is used once, for the call that it was given to."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest
from mcp.types import InputRequiredResult

from server.guards import rounds
from server.guards.rounds import Rounds
from server.store.rounds import KEPT_SECONDS
from tests.desk import YES, desk
from tests.server.orders import ORDER
from tools.kit.errors import Refused

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("order", "write"),
    [
        (("testio_create_exploratory_test", ORDER), "POST /products/71/exploratory_tests"),
        (("testio_create_exploratory_test", ORDER | {"another": True}), "POST /products/71/exploratory_tests"),
    ],
)
async def test_the_same_second_round_sent_again_does_nothing_and_says_so(
    order: tuple[str, dict[str, Any]], write: str
) -> None:
    async with desk("auto") as d:
        session = d.client.session
        first = await session.call_tool(*order, allow_input_required=True)
        assert isinstance(first, InputRequiredResult)
        answers = dict.fromkeys(first.input_requests or {}, YES)

        async def second_round() -> Any:
            return await session.call_tool(
                *order,
                input_responses=answers,  # type: ignore[arg-type]  # a dict of answers
                request_state=first.request_state,
                allow_input_required=True,
            )

        done = await second_round()
        assert not done.is_error
        again = await second_round()
        if isinstance(again, InputRequiredResult):
            (asked,) = (again.input_requests or {}).values()
            assert "The same call was made at" in str(asked), "a new question, about another one"
        else:
            assert "nothing was sent again" in again.structured_content["already_done"]
        assert d.writes() == [write]


async def test_a_yes_does_not_carry_over_to_other_arguments() -> None:
    async with desk("auto") as d:
        session = d.client.session
        first = await session.call_tool("testio_accept_bug", {"bug_id": 88101}, allow_input_required=True)
        assert isinstance(first, InputRequiredResult)
        with pytest.raises(Exception, match="requestState"):
            await session.call_tool(
                "testio_accept_bug",
                {"bug_id": 88107},
                input_responses=dict.fromkeys(first.input_requests or {}, YES),
                request_state=first.request_state,
                allow_input_required=True,
            )
        assert d.writes() == []


@dataclass
class Call:
    """A request as the middleware sees it."""

    params: Any
    method: str = "tools/call"


def answered(answer: Any, state: Any = "sealed", name: Any = "drop") -> Call:
    return Call({"name": name, "requestState": state, "inputResponses": answer})


def form(answer: Any) -> dict[str, Any]:
    return {"q": {"action": "accept", "content": {"answer": answer}}}


async def use(asking: Rounds, call: Call) -> tuple[Any, float | None]:
    """Make a call that uses its round: what reached the tool, and how long the answer took."""
    seen: list[Any] = []

    async def tool(ctx: Any) -> Any:
        seen.extend((ctx.params, asking.seconds()))
        await asking.use()
        return {}

    await asking.remember(cast(Any, call), tool)
    return seen[0], seen[1]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of the rounds, in its last row."""
    times = [100.0]
    monkeypatch.setattr(rounds, "time", SimpleNamespace(monotonic=lambda: times[-1]))
    return times


@pytest.mark.parametrize("as_mapping", [True, False])
async def test_a_yes_is_used_once_and_its_time_is_that_since_its_question(
    clock: list[float], *, as_mapping: bool
) -> None:
    asking = Rounds(frozenset({"drop"}))

    async def ask(ctx: Any) -> Any:
        assert ctx.params == {"name": "drop"}
        assert asking.seconds() is None
        return {"requestState": "sealed"} if as_mapping else SimpleNamespace(request_state="sealed")

    await asking.remember(cast(Any, Call({"name": "drop"})), ask)
    clock.append(107.0)
    yes = answered(form("yes"))
    assert await use(asking, yes) == (yes.params, 7.0)
    with pytest.raises(Refused, match="already answered"):
        await use(asking, yes)
    elsewhere = answered(form("yes"), "another process asked")
    assert await use(asking, elsewhere) == (elsewhere.params, None)
    assert asking.seconds() is None
    await asking.use()


CHANGED = {"q": {"action": "accept"}}


@pytest.mark.parametrize(
    ("answer", "passed"),
    [
        (form("no"), form("no")),
        ({"q": {"action": "decline"}}, {"q": {"action": "decline"}}),
        ({"q": {"action": "cancel", "content": {}}}, {"q": {"action": "cancel"}}),
        ({"q": {"action": "agree", "content": {"answer": "yes"}}}, CHANGED),
        (form("maybe"), CHANGED),
        ({"q": {"action": "accept", "content": "no"}}, CHANGED),
        ({"q": "accept"}, CHANGED),
        (form("yes") | {"r": {"action": "decline"}}, {"q": {"action": "accept"}, "r": {"action": "decline"}}),
        ("yes", {}),
        ([], {}),
        ({3: None}, {"3": {"action": "accept"}}),
    ],
)
async def test_anything_but_a_yes_uses_its_round_up_before_the_tool_runs(answer: Any, passed: Any) -> None:
    asking, seen = Rounds(frozenset({"drop"})), list[Any]()

    async def tool(ctx: Any) -> Any:
        seen.append(ctx.params)
        with pytest.raises(Refused, match="already answered"):
            await asking.use()

    await asking.remember(cast(Any, answered(answer)), tool)
    assert seen == [{"name": "drop", "requestState": "sealed", "inputResponses": passed}]
    with pytest.raises(Refused, match="already answered"):
        await use(asking, answered(form("yes")))


@pytest.mark.parametrize(
    "call",
    [
        answered(form("no"), name="read"),
        answered(form("no"), name=None),
        answered(form("no"), name=["drop"]),
        Call({"name": "drop", "inputResponses": form("no")}, "prompts/get"),
        Call(None),
    ],
)
async def test_what_asks_nobody_is_passed_on_as_it_is(call: Call) -> None:
    before = dict(call.params or {})
    asking = Rounds(frozenset({"drop"}))
    for _ in range(2):
        params, seconds = await use(asking, call)
        assert params is call.params
        assert dict(params or {}) == before
        assert seconds is None


async def test_a_used_round_is_forgotten_only_after_its_seal_has_expired(clock: list[float]) -> None:
    assert KEPT_SECONDS > 600
    asking = Rounds(frozenset({"drop"}))
    await use(asking, answered(form("yes")))
    clock.append(clock[0] + KEPT_SECONDS)
    await use(asking, answered(form("yes"), "another"))
    with pytest.raises(Refused):
        await use(asking, answered(form("yes")))
    clock.append(clock[-1] + 1)
    await use(asking, answered(form("yes"), "a third"))
    await use(asking, answered(form("yes")))
    with pytest.raises(Refused):
        await use(asking, answered(form("yes"), "another"))
