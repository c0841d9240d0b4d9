"""Each answer to a question on a modern connection is used once, for the call that it was given to."""

from typing import Any

import pytest
from mcp.types import InputRequiredResult

from server.guards import rounds
from tests.desk import YES, desk, text

pytestmark = pytest.mark.anyio

ORDER: dict[str, Any] = {
    "product_id": 71,
    "test_title": "Coupons once more",
    "testing_type": "rapid",
    "goal": "Expired codes are refused",
    "test_environment": {"id": 31},
    "features": [{"id": 302}],
}


async def test_the_same_second_round_sent_again_does_nothing_and_says_so() -> None:
    async with desk("auto") as d:
        session = d.client.session
        order = ("testio_create_exploratory_test", ORDER)
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
        assert again.is_error
        assert "already answered" in text(again)
        assert d.writes() == ["POST /products/71/exploratory_tests"]


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


def test_a_used_round_is_forgotten_only_after_its_seal_has_expired() -> None:
    assert rounds.KEPT_SECONDS > 600
