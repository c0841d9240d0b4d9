"""A working call of most tools of Testsigma, for the tests that look at answers."""

from typing import Any

CASE: dict[str, Any] = {"title": "A code in capitals is taken", "steps": [{"action": "Redeem it", "expected": "Less"}]}
WORDS = {"priority": "Minor", "case_type": "Functional", "status": "Draft", "automation": "Not Automated"}

CALLS: list[tuple[str, dict[str, Any]]] = [
    ("testsigma_list_projects", {}),
    ("testsigma_get_project", {"project": "HRB"}),
    ("testsigma_create_project", {"name": "Attic", "prefix": "ATT"}),
    ("testsigma_update_project", {"project": "KSK", "description": "Panels in the branches."}),
    ("testsigma_get_folder_tree", {"project": "HRB", "count_test_cases": True}),
    ("testsigma_get_folder", {"project": "HRB", "folder": "Payment/Cards"}),
    ("testsigma_create_folder", {"project": "HRB", "name": "Vouchers", "parent": "Coupons"}),
    ("testsigma_update_folder", {"project": "HRB", "folder": "Ideas", "name": "Ideas of the week"}),
    ("testsigma_move_folder", {"project": "HRB", "folder": "Payment/Wallets", "parent": "/"}),
    ("testsigma_delete_folder", {"project": "HRB", "folder": "Retired"}),
    ("testsigma_list_test_cases", {"project": "HRB", "folder": "Coupons", "priority": "Critical"}),
    ("testsigma_list_test_cases", {"project": "HRB", "text": "no title has these words"}),
    ("testsigma_get_test_case", {"case_id": "HRB-7"}),
    ("testsigma_get_test_history", {"case_id": "HRB-7"}),
    (
        "testsigma_create_test_cases",
        {"project": "HRB", "folder": "Cart", "test_cases": [CASE], "owner": "Ann Weber"} | WORDS,
    ),
    ("testsigma_update_test_case", {"case_id": "HRB-22", "priority": "Major"}),
    ("testsigma_delete_test_case", {"case_id": "HRB-23"}),
    ("testsigma_list_step_groups", {"project": "HRB"}),
    ("testsigma_get_step_group", {"step_group_id": "HRB-SG-2", "find_cases": True}),
    ("testsigma_create_step_group", {"project": "HRB", "title": "Log out", "steps": [{"action": "Press Log out"}]}),
    ("testsigma_update_step_group", {"step_group_id": "HRB-SG-3", "title": "Clean up"}),
    ("testsigma_delete_step_group", {"step_group_id": "HRB-SG-1"}),
    ("testsigma_list_test_runs", {"project": "HRB"}),
    ("testsigma_get_test_run", {"run_id": "HRB-R-4"}),
    ("testsigma_get_run_results", {"run_id": "HRB-R-4"}),
    ("testsigma_create_test_run", {"project": "HRB", "title": "Coupons again", "folder": "Coupons"}),
    ("testsigma_update_test_run", {"run_id": "HRB-R-5", "description": "Once more."}),
    (
        "testsigma_record_results",
        {"run_id": "HRB-R-5", "user": "Ann Weber", "results": [{"case_id": "HRB-5", "status": "Passed"}]},
    ),
    ("testsigma_assign_test_case", {"run_id": "HRB-R-5", "case_id": "HRB-5", "user": "ann.weber@shop.example.test"}),
    ("testsigma_close_test_run", {"run_id": "HRB-R-7"}),
    ("testsigma_delete_test_run", {"run_id": "HRB-R-2"}),
    ("testsigma_list_test_plans", {"project": "HRB"}),
    ("testsigma_get_test_plan", {"plan_id": "HRB-P-2"}),
    ("testsigma_list_plan_runs", {"plan_id": "HRB-P-2"}),
    ("testsigma_create_test_plan", {"project": "HRB", "title": "Release 9.2", "labels": ["regression"]}),
    ("testsigma_update_test_plan", {"plan_id": "HRB-P-3", "end": "2026-04-25"}),
    ("testsigma_complete_test_plan", {"plan_id": "HRB-P-3"}),
    ("testsigma_delete_test_plan", {"plan_id": "HRB-P-1"}),
    ("testsigma_list_lookups", {}),
    ("testsigma_list_users", {}),
    ("testsigma_list_labels", {}),
    ("testsigma_delete_project", {"project": "KSK"}),
]
