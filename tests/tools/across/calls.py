"""A working call of each tool across platforms, for the tests that look at answers."""

from typing import Any

CALLS: list[tuple[str, dict[str, Any]]] = [
    ("across_list_runs", {"text": "9.0.1"}),
    ("across_get_run", {"platform": "testio", "run_id": "5519"}),
    ("across_search", {"text": "OLD10"}),
    ("across_assess_release", {"version": "9.0.1"}),
    ("across_find_duplicates", {"bug_id": "88101"}),
    ("across_cluster_failures", {"text": "9.0.1"}),
    ("across_analyze_tests", {"test": "HRB-7"}),
    ("across_bug_statistics", {"by": ["severity", "browser"]}),
    ("across_compare_periods", {"version": "9.0"}),
    (
        "across_plan_inputs",
        {"change": "Expired vouchers show their reason", "paths": ["src/checkout/CouponField.tsx"], "version": "9.0.1"},
    ),
]
