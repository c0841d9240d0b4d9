"""A working call of most of Testery's tools, for the tests of all answers."""

from typing import Any

HOTFIX = 902114

CALLS: list[tuple[str, dict[str, Any]]] = [
    ("testery_get_account", {}),
    ("testery_list_projects", {}),
    ("testery_list_test_suites", {"project_key": "harbour-web"}),
    ("testery_list_test_runs", {"project_key": "harbour-web", "status": ["failed"], "limit": 5}),
    ("testery_list_test_runs", {"name": "no run has these words"}),
    ("testery_get_test_run", {"run_id": HOTFIX}),
    ("testery_wait_for_run", {"run_id": HOTFIX}),
    ("testery_get_results", {"run_id": HOTFIX, "status": ["failed"]}),
    ("testery_get_result", {"run_id": HOTFIX, "result_id": 90211400009}),
    ("testery_get_failures", {"run_id": HOTFIX}),
    ("testery_get_test_history", {"project_key": "harbour-web", "name": "Saved card"}),
    ("testery_compare_runs", {"run_id": HOTFIX, "before_run_id": 902098}),
    ("testery_start_test_run", {"project_key": "harbour-web", "environment_key": "staging", "branch": "main"}),
    ("testery_rerun_test_run", {"run_id": HOTFIX}),
    ("testery_cancel_test_run", {"run_id": 902119}),
    ("testery_list_environments", {"include_archived": True}),
    ("testery_get_environment", {"environment_key": "staging"}),
    ("testery_create_environment", {"environment_key": "preview", "name": "Preview", "runs_at_once": 2}),
    (
        "testery_update_environment",
        {"environment_key": "staging", "set_variables": [{"key": "LOCALE", "value": "de-DE"}]},
    ),
    ("testery_delete_environment", {"environment_key": "kiosk-altona"}),
    ("testery_list_pipeline_stages", {}),
    ("testery_get_pipeline_stage", {"stage_id": 4}),
    ("testery_create_pipeline_stage", {"name": "Preview"}),
    ("testery_update_pipeline_stage", {"stage_id": 4, "run_priority": 15}),
    ("testery_list_schedules", {}),
    (
        "testery_create_schedule",
        {"name": "Noon", "project_key": "harbour-web", "environment_key": "staging", "cron": "0 12 * * 1-5"},
    ),
    ("testery_delete_schedule", {"schedule_id": 640}),
    ("testery_create_deploy", {"project_key": "harbour-web", "environment_key": "staging", "build": "9.0.1-rc2"}),
    ("testery_list_test_plans", {}),
    ("testery_start_test_plan", {"plan_key": "smoke"}),
    ("testery_add_user", {"email": "new.colleague@shop.example.test"}),
]
