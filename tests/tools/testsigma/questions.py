"""Calls of Testsigma's asking tools, and other values of all their parameters."""

from pathlib import Path
from typing import Any

from server.settings import Settings
from tests.asking import TEXT, Asking, To, edits
from tests.desk import settings

JUNIT = '<testsuite name="coupons"><testcase classname="coupons" name="HRB-5 takes a code off"/></testsuite>'
STEP = {"action": "Redeem it", "expected": "Less"}
CASES = "Title,Folder,Priority\nA code of next year,Coupons,Minor\nAn expired code is refused,Coupons,Minor\n"
NEW_CASES = {
    "project": "HRB",
    "priority": "Medium",
    "case_type": "Functional",
    "status": "Draft",
    "automation": "Automated",
    "dry_run": False,
}
IN_HARBOUR: dict[str, Any] = {"project": To("HRB", "Harbour", changes=False)}

ASKING = [
    Asking("testsigma_delete_project", {"project": "HRB"}, {"project": To("KSK", "KSK", "Kiosk")}),
    Asking(
        "testsigma_delete_folder",
        {"project": "HRB", "folder": "Retired"},
        {"project": To("KSK", "Kiosk", folder="Scan and cart"), "folder": "Payment/Wallets"},
    ),
    Asking(
        "testsigma_update_test_case",
        {"case_id": "HRB-7", "text": "Redeem OLD10", "steps": None},
        {
            "case_id": "HRB-8",
            **edits("preconditions", "OLD", "10", "title", "expired"),
            "title": TEXT,
            "description": TEXT,
            "preconditions": TEXT,
            "steps[].action": To(TEXT, text=None, steps=[STEP], case_id="HRB-6"),
            "steps[].expected": To(TEXT, text=None, steps=[STEP], case_id="HRB-6"),
            "text": TEXT,
            "expected_text": TEXT,
            "folder": To("Payment/Cards", "Payment/Cards"),
            "status": "Outdated",
            "priority": "Minor",
            "case_type": "Unit Test",
            "automation": "Obsolete",
            "owner": "Jonas Petersen",
            "reviewer": "Iris Okafor",
            "labels": ["flaky", "kiosk"],
            **IN_HARBOUR,
        },
    ),
    Asking("testsigma_delete_test_case", {"case_id": "HRB-23"}, {"case_id": "HRB-7", **IN_HARBOUR}),
    Asking(
        "testsigma_update_step_group",
        {"step_group_id": "HRB-SG-1", "steps": [STEP]},
        {
            "step_group_id": "HRB-SG-2",
            **edits("description", "account", "environment", "title", "customer"),
            "title": TEXT,
            "description": TEXT,
            "steps[].action": TEXT,
            "steps[].expected": TEXT,
            "labels": ["flaky", "kiosk"],
            **IN_HARBOUR,
        },
    ),
    Asking("testsigma_delete_step_group", {"step_group_id": "HRB-SG-1"}, {"step_group_id": "HRB-SG-2", **IN_HARBOUR}),
    Asking("testsigma_close_test_run", {"run_id": "HRB-R-4"}, {"run_id": "HRB-R-7", **IN_HARBOUR}),
    Asking("testsigma_delete_test_run", {"run_id": "HRB-R-2"}, {"run_id": "HRB-R-3", **IN_HARBOUR}),
    Asking(
        "testsigma_record_results",
        {"run_id": "HRB-R-4", "user": "Ann Weber", "results": [{"case_id": "HRB-5", "status": "Passed"}]},
        {
            "run_id": To("HRB-R-6", results=[{"case_id": "HRB-1", "status": "Passed"}]),
            "results[].case_id": "HRB-7",
            "results[].status": "Blocked",
            "results[].comment": TEXT,
            "user": "Jonas Petersen",
            **IN_HARBOUR,
        },
    ),
    Asking(
        "testsigma_import_junit_results",
        {"run_id": "HRB-R-5", "file": "{folder}/results.xml"},
        {"run_id": "HRB-R-4", "file": To("{folder}/other.xml", "other.xml"), **IN_HARBOUR},
    ),
    Asking(
        "testsigma_import_test_cases",
        {"file": "{folder}/cases.csv", **NEW_CASES},
        {
            "project": To("KSK", "Kiosk"),
            "file": To("{folder}/other.csv", "other.csv"),
            "priority": "Minor",
            "case_type": "Unit Test",
            "status": "Outdated",
            "automation": "Obsolete",
            "folder": "Payment/Cards",
            "owner": "Jonas Petersen",
            "update": To(True, "changed"),
        },
    ),
    Asking("testsigma_complete_test_plan", {"plan_id": "HRB-P-3"}, {"plan_id": "HRB-P-2", **IN_HARBOUR}),
    Asking("testsigma_delete_test_plan", {"plan_id": "HRB-P-1"}, {"plan_id": "HRB-P-2", **IN_HARBOUR}),
]

GO_BY: dict[str, str] = dict.fromkeys(("human_id", "human_id_prefix", "id", "step_group_id"), "things are found by it")
"""Words that questions go by, with what for."""

EXCEPTIONS = {
    "testsigma_import_junit_results": {"minutes": "is not sent: how long the call waits for the end"},
    "testsigma_import_test_cases": {"dry_run": "a dry run sends nothing and asks nothing"},
}


def settings_in(folder: Path) -> Settings:
    """With reports and test cases to load."""
    for name in ("results.xml", "other.xml"):
        (folder / name).write_text(JUNIT)
    for name in ("cases.csv", "other.csv"):
        (folder / name).write_text(CASES)
    return settings({"TESTDESK_UPLOAD_DIRS": str(folder)})
