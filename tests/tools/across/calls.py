"""A working call of each tool across platforms, for the tests that look at answers."""

from typing import Any

CALLS: list[tuple[str, dict[str, Any]]] = [
    ("across_list_runs", {"text": "9.0.1"}),
    ("across_get_run", {"platform": "testio", "run_id": "5519"}),
    ("across_search", {"text": "OLD10"}),
    ("across_assess_release", {"version": "9.0.1"}),
]
