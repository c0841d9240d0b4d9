"""Calls of Testomat.io's asking tools, and other values of all their parameters."""

from pathlib import Path
from typing import Any

from server.settings import Settings
from tests.asking import TEXT, Asking, To, edits
from tests.desk import Desk, settings
from tests.tools.testomatio.calls_runs import BY_HAND, GROUP, HOTFIX, SAFARI
from tests.tools.testomatio.holding import SHOP

APP, KIOSK = "harbour-app-2d41c", "harbour-kiosk-5e0aa"
BRANCH = "checkout-10-1a2b3"
OVER = "9a01f1a0"
HERE: dict[str, Any] = {"project": To(SHOP, changes=False)}
ON_A_BRANCH: dict[str, Any] = {"branch": BRANCH, **HERE}
NEW_TEST = {"name": "A code of next year is refused", "suites": ["Coupons"], "file": "coupons.spec.ts"}
OTHER_FILE: dict[str, Any] = {"target": "suite", "target_id": "c0ffee01", "attachment_id": "a77ac4000002"}
EXAMPLE, ON_SUITE, ON_TEST = 70001, "80001", "80002"
"""What is made here, by the ids that it gets."""
PAIR = [{"name": "country", "value": "Austria"}]
WITH_PAIRS = {"test_id": "c0de0010", "status": "passed", "example": PAIR, "meta": PAIR}
EVIDENCE = "evidence of any size: the question says how many characters go along"
JUNIT = (
    '<testsuite name="Coupons"><testcase name="An expired code is refused"/><testcase name="A test of nobody"/>'
    "</testsuite>"
)
CASES = "Title,Suite,Priority\nA code of next year,Coupons,high\nAn expired code is refused,Coupons,low\n"
DRY = "a dry run sends nothing and asks nothing"
CODE = "code of any size: the question says how many characters go along"


async def prepare(d: Desk) -> None:
    """Make a second of what the story has one of, and turn two tests and a suite into copies of another project's."""
    test, price = "c0de0021", ["country", "price"]
    await d.answer("testomatio_set_test_parameters", test_id=test, parameters=price)
    await d.answer("testomatio_add_test_examples", test_id=test, rows=[["Norway", "9.90"]])
    for target, number in (("suite", "c0ffee01"), ("test", "c0de0011")):
        await d.answer("testomatio_create_comment", target=target, target_id=number, body="Look")
    world = d.sandboxes.sandboxes["testomatio"].world
    for kept, number in ((world.tests, test), (world.tests, "c0de0044"), (world.suites, "7e911f66")):
        next(one for one in kept.of(SHOP) if one.id == number).shared_from = APP


ASKING = [
    Asking("testomatio_delete_suite", {"suite_id": "c0ffee01"}, {"suite_id": "f01de004", **ON_A_BRANCH}),
    Asking("testomatio_delete_test", {"test_id": "c0de0010"}, {"test_id": "c0de0011", **ON_A_BRANCH}),
    Asking(
        "testomatio_update_label",
        {"label": "Severity", "title": "Weight", "field": {"type": "list", "options": ["Major"]}},
        {
            "label": To("Owner", "Owner"),
            "title": TEXT,
            "color": "#00ff00",
            "scope": ["suites", "runs"],
            "visibility": ["filter", "list"],
            "field.type": To("number", field={"type": "list"}),
            "field.options": ["Minor", "Small"],
            "field.short": To(True, "short"),
            **HERE,
        },
    ),
    Asking("testomatio_delete_label", {"label": "Automatable"}, {"label": To("Severity", "Severity"), **HERE}),
    Asking(
        "testomatio_remove_links",
        {"kind": "test", "ids": ["c0de0010"], "labels": ["Owner:Team Cart"]},
        {
            "kind": To("suite", ids=["c0ffee01"]),
            "ids": ["c0de0010", "c0de0011"],
            "labels": To(["Severity"], "Severity"),
            "tags": To(["coupons", "regression"], labels=None),
            "milestone": To("Release 9.0", labels=None),
            "requirements": To(["4e400004"], kind="suite", ids=["c0ffee01"]),
            **ON_A_BRANCH,
        },
    ),
    Asking("testomatio_delete_step", {"step_id": 311}, {"step_id": 312, "kind": To("snippet", step_id=321), **HERE}),
    Asking(
        "testomatio_unlink_issue",
        {"issue_id": 301, "issue_type": "jira_issue"},
        {"issue_id": 302, "issue_type": "issue", **HERE},
    ),
    Asking(
        "testomatio_delete_attachment",
        {"target": "test", "target_id": "c0de0010", "attachment_id": "a77ac4000001"},
        {"target": To("suite", **OTHER_FILE), "target_id": To("c0ffee01", **OTHER_FILE), **HERE}
        | {"attachment_id": To("a77ac4000002", **OTHER_FILE)},
    ),
    Asking("testomatio_delete_requirement", {"requirement_id": "4e400004"}, {"requirement_id": "4e400001", **HERE}),
    Asking("testomatio_delete_branch", {"branch": BRANCH}, {"branch": "coupon-rework-4c5d6", **HERE}),
    Asking(
        "testomatio_share_tests",
        {"target_project": APP, "target_suite_id": "a9950001", "test_ids": ["c0de0010"]},
        {
            "target_project": KIOSK,
            "target_suite_id": "a9950002",
            "test_ids": ["c0de0011", "c0de0012"],
            "labels": To(["Severity"], "Severity", test_ids=None),
            **HERE,
        },
    ),
    Asking(
        "testomatio_share_suites",
        {"target_projects": [APP], "suite_ids": ["c0ffee01"]},
        {
            "target_projects": [APP, KIOSK],
            "suite_ids": ["f01de004", "7e911f66"],
            "labels": To(["Severity"], "Severity", suite_ids=None),
            "destination_folder_id": "a99f0001",
            **HERE,
        },
    ),
    Asking(
        "testomatio_unshare",
        {"kind": "test", "copy_id": "c0de0021"},
        {"kind": To("suite", copy_id="7e911f66"), "copy_id": "c0de0044", **HERE},
    ),
    Asking(
        "testomatio_set_test_parameters",
        {"test_id": "c0de0020", "parameters": ["price", "land"]},
        {"test_id": "c0de0021", "parameters": ["price", "p" * 100], **HERE},
    ),
    Asking(
        "testomatio_delete_test_example",
        {"test_id": "c0de0020", "example_id": 7001},
        {"test_id": To("c0de0021", example_id=EXAMPLE), "example_id": 7002, **HERE},
    ),
    Asking("testomatio_delete_template", {"template_id": "61"}, {"template_id": "62", **HERE}),
    Asking(
        "testomatio_delete_comment",
        {"target": "test", "target_id": "c0de0010", "comment_id": "4001"},
        {"target": To("suite", target_id="c0ffee01", comment_id=ON_SUITE), "comment_id": "4002", **HERE}
        | {"target_id": To("c0de0011", comment_id=ON_TEST)},
    ),
    Asking(
        "testomatio_update_run",
        {"run_id": BY_HAND, "test_ids": ["c0de0010"]},
        {
            "run_id": HOTFIX,
            **edits("description", "coupons", "payment", "title", "hand"),
            "title": TEXT,
            "description": TEXT,
            "kind": "mixed",
            "env": TEXT,
            "group_id": GROUP,
            "assigned_to": TEXT,
            "assign_strategy": "random",
            "test_ids": ["c0de0011", "c0de0012"],
            "suite_ids": ["c0ffee01", "f01de004"],
            **ON_A_BRANCH,
        },
    ),
    Asking("testomatio_delete_run", {"run_id": HOTFIX}, {"run_id": OVER, **ON_A_BRANCH}),
    Asking("testomatio_finish_run", {"run_id": BY_HAND}, {"run_id": SAFARI, **ON_A_BRANCH}),
    Asking("testomatio_terminate_run", {"run_id": BY_HAND}, {"run_id": SAFARI, **ON_A_BRANCH}),
    Asking("testomatio_launch_run", {"run_id": HOTFIX, "event": "rerun"}, {"run_id": OVER, **ON_A_BRANCH}),
    Asking(
        "testomatio_add_results",
        {"run_id": HOTFIX, "results": [{"test_id": "c0de0010", "status": "passed"}]},
        {
            "run_id": OVER,
            "results[].test_id": "c0de0011",
            "results[].result_id": To(9001996, "9001996"),
            "results[].test_title": To(TEXT, results=[{"status": "passed"}]),
            "results[].status": "skipped",
            "results[].message": TEXT,
            "results[].run_time_ms": 4711,
            "results[].assigned_to": TEXT,
            "another": To(True, "beside"),
            **HERE,
        },
    ),
    Asking(
        "testomatio_update_result",
        {"result_id": 9001995, "status": "passed"},
        {
            "result_id": 9001996,
            **edits("message", "refused", "total", "test_title", "expired"),
            "status": "skipped",
            "message": TEXT,
            "run_time_ms": 4711,
            "assigned_to": TEXT,
            "test_title": TEXT,
            **HERE,
        },
    ),
    Asking("testomatio_delete_result", {"result_id": 9001995}, {"result_id": 9001996, **HERE}),
    Asking("testomatio_delete_rungroup", {"group_id": GROUP}, {"group_id": "9a080000", **HERE}),
    Asking(
        "testomatio_update_plan",
        {"plan_id": "5a0c0002", "suite_ids": ["c0ffee01"]},
        {
            "plan_id": "5a0c0001",
            **edits("description", "release", "break", "title", "regression"),
            "title": TEXT,
            "kind": "manual",
            "test_ids": ["c0de0011", "c0de0012"],
            "suite_ids": ["f01de004", "7e911f66"],
            "tql": To("priority >= 'high'", "priority >= "),
            "description": TEXT,
            "hidden": To(True, "hidden"),
            "as_manual": To(True, "manual"),
            **HERE,
        },
    ),
    Asking("testomatio_delete_plan", {"plan_id": "5a0c0002"}, {"plan_id": "5a0c0001", **HERE}),
    Asking("testomatio_archive_rungroups", {"group_ids": [GROUP]}, {"group_ids": ["9a080000", "9a0c0001"], **HERE}),
    Asking("testomatio_relaunch_run", {"run_id": HOTFIX}, {"run_id": OVER, **HERE}),
    Asking(
        "testomatio_create_reported_run",
        {"title": "CI 4021", "publish": True},
        {
            "title": TEXT,
            "kind": "mixed",
            "env": TEXT,
            "group_title": TEXT,
            "tags": ["nightly", "t" * 200],
            "description": TEXT,
            "label": TEXT,
            "jira_id": "SHOP-412",
            "ci_build_url": "https://ci.example.test/" + "b" * 500,
            "test_ids": ["c0de0010", "c0de0011"],
            "suite_ids": ["c0ffee01", "f01de004"],
            "scheduled": To(True, "scheduled"),
            "shared": To(True, "shared"),
            "shared_minutes": To(47, shared=True),
            "shards": To(5, shared=True),
            "ci_profile": "nightly",
            "ci_grep": To(TEXT, ci_profile="nightly"),
            "publish": To(False, ci_profile="nightly"),
        },
    ),
    Asking(
        "testomatio_update_reported_run",
        {"run_id": SAFARI, "publish": True},
        {
            "run_id": HOTFIX,
            **edits("description", "coupons", "payment", "title", "hand", run_id=BY_HAND),
            "title": TEXT,
            "env": TEXT,
            "group_title": TEXT,
            "tags": ["nightly", "t" * 200],
            "description": TEXT,
            "label": TEXT,
            "jira_id": "SHOP-412",
            "ci_build_url": "https://ci.example.test/" + "b" * 500,
        },
    ),
    Asking(
        "testomatio_finish_reported_run",
        {"run_id": SAFARI},
        {
            "run_id": BY_HAND,
            "result": "fail",
            "shard": To(True, "shard"),
            "duration_s": 47.5,
            "tests_count": 117,
            "passed_count": 118,
            "failed_count": 119,
            "skipped_count": 121,
            "detach": To(True, "detached"),
            "end_all_shards": To(True, "all shards"),
            **HERE,
        },
    ),
    Asking(
        "testomatio_report_results",
        {
            "run_id": HOTFIX,
            "results": [{"test_id": "c0de0010", "status": "passed", "steps": [{"title": "Look"}]}],
        },
        {
            "run_id": OVER,
            "results[].status": "skipped",
            "results[].test_id": "c0de0011",
            "results[].title": TEXT,
            "results[].suite_title": TEXT,
            "results[].suite_id": "c0ffee01",
            "results[].file": TEXT,
            "results[].message": TEXT,
            "results[].run_time_ms": 4711,
            "results[].finished_at": "2026-04-03T06:10:00Z",
            "results[].rid": TEXT,
            "results[].example[].name": To("land", results=[WITH_PAIRS]),
            "results[].example[].value": To("Norway", results=[WITH_PAIRS]),
            "results[].steps[].title": TEXT,
            "results[].steps[].status": "custom",
            "results[].steps[].duration_ms": 4712,
            "results[].steps[].error": TEXT,
            "results[].artifacts": ["https://files.example.test/1.png", "https://files.example.test/2.png"],
            "results[].meta[].name": To("engine", results=[WITH_PAIRS]),
            "results[].meta[].value": To("Firefox", results=[WITH_PAIRS]),
            "results[].labels": ["Flaky", "Hotfix"],
            "results[].jira": ["SHOP-412", "SHOP-413"],
            "results[].tags": ["nightly", "smoke"],
            "results[].substatus": TEXT,
            "results[].overwrite": To(True, "no retry"),
            "create": To(True, "unknown"),
            **HERE,
        },
    ),
    Asking(
        "testomatio_import_tests",
        {"framework": "playwright", "language": "typescript", "tests": [NEW_TEST]},
        {
            "framework": "cypress",
            "language": "javascript",
            "tests[].name": TEXT,
            "tests[].suites": ["Web shop", "Codes of next year"],
            "tests[].file": TEXT,
            "tests[].id": "c0de0010",
            "tests[].skipped": To(True, "skipped"),
            "tests[].labels": ["Flaky", "Hotfix"],
            "files[].path": To("codes.spec.ts", files=[{"path": "cart.spec.ts", "content": "test()"}]),
            "detach": To(True, "detached"),
            "remove_empty_suites": To(True, "empty"),
            "move": To(True, "moved"),
            "create": To(True, "unknown"),
            "directory": TEXT,
            "suite": TEXT,
            "branch": BRANCH,
            **HERE,
        },
    ),
    Asking(
        "testomatio_import_junit_results",
        {"file": "{folder}/results.xml"},
        {
            "file": To("{folder}/other.xml", "other.xml"),
            "run_id": SAFARI,
            "title": TEXT,
            "env": "Chrome",
            "create": To(True, "created"),
            **HERE,
        },
    ),
    Asking(
        "testomatio_import_test_cases",
        {"file": "{folder}/cases.csv", "dry_run": False},
        {
            "file": To("{folder}/other.csv", "other.csv"),
            "suite_id": "c0ffee01",
            "update": To(True, "changed"),
            **ON_A_BRANCH,
        },
    ),
]

GO_BY: dict[str, str] = dict.fromkeys(("run_id", "suite_id"), "things are found by it") | {
    "status": "says whether a run is over"
}
"""Words that questions go by, with what for."""

EXCEPTIONS: dict[str, dict[str, str]] = {
    "testomatio_launch_run": {"event": "the other events ask nothing: they lose nothing"},
    "testomatio_update_reported_run": {"publish": "without it nothing is asked"},
    "testomatio_report_results": {"results[].stack": EVIDENCE, "results[].steps[].log": EVIDENCE},
    "testomatio_import_tests": {"tests[].code": CODE, "tests[].description": CODE, "files[].content": CODE},
    "testomatio_import_junit_results": {"dry_run": DRY},
    "testomatio_import_test_cases": {"dry_run": DRY},
}


def settings_in(folder: Path) -> Settings:
    """With reports and test cases to load."""
    for name in ("results.xml", "other.xml"):
        (folder / name).write_text(JUNIT)
    for name in ("cases.csv", "other.csv"):
        (folder / name).write_text(CASES)
    return settings({"TESTDESK_UPLOAD_DIRS": str(folder)})
