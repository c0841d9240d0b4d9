"""What generated inputs found, each kept as an example of its own."""

from typing import Any

import pytest

from tests.desk import desk, text

pytestmark = pytest.mark.anyio

LAST_MOMENT = "9999-12-31T23:59-12:00"
"""A time that no other zone can express."""
NOT_A_HOST = "http://\u2100.example"
"""The sign becomes `a/c` where hosts are normalised, which no host can have in it."""

CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("testomatio_list_runs", {"until": LAST_MOMENT}, "is too far away: its year has to be from 1900 to 2999."),
    ("testomatio_get_stats", {"kind": "project-summary", "until": LAST_MOMENT}, "is too far away"),
    ("testio_list_bugs", {"since": "99999w"}, "'99999w' is too far away"),
    ("testomatio_get_test_analytics", {"kind": "slow", "days": 10**30}, "days must be at least 1"),
    ("testomatio_get_test_analytics", {"kind": "never-executed", "maturity_days": 10**12}, "maturity_days must be"),
    (
        "testomatio_link_issue",
        {"target": "test", "target_id": "c0de0010", "url": NOT_A_HOST},
        "Url is invalid",
    ),
    ("testomatio_list_tests", {"tql": "created_at > 99999999999.days_ago"}, "is too long ago"),
    ("testomatio_list_tests", {"tql": "created_at > '9999-12-31'"}, "compared with a date"),
]


@pytest.mark.parametrize(("name", "arguments", "reason"), CALLS, ids=[f"{name}-{why[:20]}" for name, _, why in CALLS])
async def test_a_call_that_once_failed_is_refused_with_its_reason(
    name: str, arguments: dict[str, Any], reason: str
) -> None:
    async with desk() as d:
        result = await d.call(name, **arguments)
        assert result.is_error
        assert reason in text(result)
        assert not [entry for entry in d.sandboxes.journal.entries() if entry.status >= 500]
