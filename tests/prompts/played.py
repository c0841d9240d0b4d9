"""A client that plays a prompt: the calls that a careful assistant makes for it, up to its stop and behind it."""

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Script:
    """The arguments of a prompt, and the calls before and after the person's word."""

    arguments: dict[str, str]
    before: list[Call]
    after: list[Call] = field(default_factory=list)
    asking: frozenset[str] = frozenset()
    """Tools that ask in this state alone, such as a result of a run that is over."""


CHECKOUT = {"product_id": 71}
CHANGE = "Expired vouchers show their reason at checkout"
ORDER: dict[str, Any] = {
    "product_id": 71,
    "test_environment": {"id": 31},
    "testing_type": "rapid",
    "test_title": "Vouchers at checkout",
    "features": [{"id": 302}],
    "goal": "Does an expired voucher show its reason?",
}
WORKING: dict[str, dict[str, Any]] = {
    name: arguments
    for key in ("testio", "testomatio")
    for name, arguments in import_module(f"tests.tools.{key}.calls").CALLS
}
"""A working call of each tool."""


def working(*names: str) -> list[Call]:
    """A working call of each of these tools."""
    return [(name, WORKING[name]) for name in names]


SCRIPTS: dict[str, Script] = {
    "triage_bugs": Script(
        {"product_id": "71", "since": "7d"},
        [
            *working(
                "testio_list_products",
                "testio_list_bugs",
                "testio_get_bugs",
                "testio_get_bug",
                "testio_list_reject_reasons",
            ),
            ("testio_get_bug_screenshots", {"bug_id": 88101}),
        ],
        [
            ("testio_triage_bugs", {"decisions": [{"bug_id": 88218, "decision": "accept"}]}),
            ("testio_accept_bug", {"bug_id": 88217}),
            ("testio_reject_bug", {"bug_id": 88213, "reason": "not_reproducible"}),
            ("testio_mark_bug_known", {"bug_id": 88212}),
        ],
    ),
    "review_run": Script(
        {"run_id": "9a01aa01"},
        working(
            "testomatio_list_runs",
            "testomatio_get_run_report",
            "testomatio_get_result",
            "testomatio_get_test_history",
        ),
        working(
            "testomatio_link_issue", "testomatio_update_result", "testomatio_create_tests", "testomatio_create_run"
        ),
        asking=frozenset({"testomatio_update_result"}),
    ),
    "write_test_cases": Script(
        {"what": "expired vouchers", "suite_id": "c0ffee01"},
        working(
            "testomatio_get_suite_tree",
            "testomatio_list_requirements",
            "testomatio_list_issues",
            "testomatio_get_project_info",
            "testomatio_list_labels",
            "testomatio_list_tests",
            "testomatio_get_test",
        ),
        working(
            "testomatio_create_suite",
            "testomatio_create_tests",
            "testomatio_add_links",
            "testomatio_link_issue",
            "testomatio_update_test",
        ),
    ),
    "investigate_failure": Script(
        {"what": "run 902114 of testery"},
        [
            ("across_get_run", {"platform": "testery", "run_id": "902114"}),
            ("across_search", {"text": "expired code", "kinds": ["bug", "test"]}),
        ],
    ),
    "plan_test": Script(
        {"what": CHANGE, "product_id": "71", "version": "9.0.1"},
        [
            ("across_plan_inputs", {"change": CHANGE, "version": "9.0.1"}),
            ("testio_list_products", {}),
            ("testio_get_product", CHECKOUT),
            ("testio_list_features", CHECKOUT),
            ("testio_list_test_templates", CHECKOUT),
            ("testio_list_test_environments", CHECKOUT),
            ("testio_list_exploratory_tests", CHECKOUT),
            ("testio_list_bugs", {"feature_ids": [302], "count_by": ["severity"]}),
        ],
        [
            ("testio_create_exploratory_test", ORDER),
            ("testio_launch_exploratory_test", {"test_id": 5521}),
            ("testio_get_exploratory_test", {"test_id": 5519}),
        ],
    ),
    "plan_release_testing": Script(
        {"change": CHANGE, "version": "9.0.1", "limits": "two days"},
        [
            ("across_plan_inputs", {"change": CHANGE, "version": "9.0.1"}),
            ("across_assess_release", {"version": "9.0.1"}),
            ("across_list_runs", {"text": "9.0.1"}),
            ("across_search", {"text": "expired voucher"}),
            ("across_analyze_tests", {"test": "Saved card", "runs": 5}),
        ],
        [
            ("testomatio_create_run", {"title": "Vouchers 9.0.1", "test_ids": ["c0de0017"]}),
            (
                "testomatio_create_tests",
                {
                    "suite_id": "c0ffee01",
                    "tests": [{"title": "A voucher says when it ended"}],
                    "dry_run": True,
                },
            ),
            ("testio_create_exploratory_test", ORDER),
        ],
    ),
    "find_duplicates": Script(
        {"product_id": "71", "since": "30d"},
        [
            ("testio_list_bugs", {"product_ids": [71], "status": ["forwarded"], "fields": ["feature", "devices"]}),
            ("across_find_duplicates", {"bug_id": "88107"}),
            ("testio_list_bugs", {"text": "coupon|voucher"}),
            ("across_search", {"text": "expired code", "kinds": ["bug"]}),
            ("testio_get_bugs", {"bug_ids": [88101, 88107]}),
            ("testio_get_bug_screenshots", {"bug_id": 88101}),
            ("testio_list_reject_reasons", {}),
        ],
        [
            (
                "testio_triage_bugs",
                {
                    "decisions": [
                        {
                            "bug_id": 88107,
                            "decision": "reject",
                            "reason": "known_bug",
                            "comment": "The same fault as bug 88101, which stays open.",
                        }
                    ]
                },
            )
        ],
    ),
    "regression_watch": Script(
        {"since": "1d", "version": "9.0.1"},
        [
            ("across_list_runs", {"status": ["failed", "blocked"], "since": "1d", "text": "9.0.1"}),
            ("across_get_run", {"platform": "testery", "run_id": "902114"}),
            ("across_cluster_failures", {"text": "9.0.1", "runs": 5}),
            ("across_analyze_tests", {"test": "Saved card", "runs": 5}),
            ("across_search", {"text": "expired code", "kinds": ["bug", "test"]}),
        ],
    ),
    "release_report": Script(
        {"version": "9.0.1"},
        [
            ("across_assess_release", {"version": "9.0.1"}),
            ("across_search", {"text": "9.0.1", "kinds": ["run"]}),
            ("across_get_run", {"platform": "testomatio", "run_id": "9a01f1x0"}),
        ],
    ),
    "weekly_quality_report": Script(
        {"since": "7d", "audience": "the team"},
        [
            ("across_list_runs", {"since": "7d", "limit": 200}),
            ("across_compare_periods", {"since": "7d"}),
            ("across_assess_release", {"since": "7d"}),
            ("across_get_run", {"platform": "testery", "run_id": "902114"}),
            ("across_bug_statistics", {"since": "7d"}),
            ("across_analyze_tests", {"runs": 5}),
        ],
    ),
}
