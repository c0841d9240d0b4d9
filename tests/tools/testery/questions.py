"""Calls of Testery's tools that ask, and other values of all their parameters."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from server.settings import Settings
from tests.asking import SECRET, TEXT, Asking, To
from tests.desk import settings
from tools.testery.client.credentials import TOKEN

JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtYXJhIn0.c2lnbmF0dXJl"
RUN: dict[str, Any] = {"project_key": "harbour-web", "environment_key": "staging"}
SET = {"key": "LOCALE", "value": "de-DE"}
ORDER: dict[str, Any] = {
    "project_key": "harbour-app",
    "environment_key": "production",
    "branch": TEXT,
    "commit": TEXT,
    "build": TEXT,
    "suite": "Smoke",
    "include_tags": ["smoke", "t" * 200],
    "exclude_tags": ["slow", "t" * 200],
    "name_patterns": ["^Cart", "p" * 500],
    "runners": 7,
    "copies": 3,
    "by_file": To(False, "by test"),
    "retry_failed": To(True, "once more"),
    "timeout_minutes": 17,
    "test_timeout_seconds": 170,
    "variables[].key": TEXT,
    "variables[].encrypted": To(False, "not encrypted"),
}
VALUE = {"variables[].value": SECRET}
CHANGED: dict[str, Any] = {
    "set_variables[].key": TEXT,
    "set_variables[].encrypted": To(True, "encrypted"),
    "remove_variables": ["ADMIN_URL", "MAIL_API_KEY"],
}

ASKING = [
    Asking(
        "testery_start_test_run",
        RUN | {"variables": [SET], "report_to_git": True},
        ORDER
        | {
            "latest_deploy": To(True, "deployed to the environment last"),
            "deploy_id": 4711,
            "playwright_project": TEXT,
            "use_selection_rules": To(True, "changes"),
            "report_to_git": To(False, status_name="CI"),
            "status_name": TEXT,
        },
    ),
    Asking("testery_rerun_test_run", {"run_id": 902114}, {"run_id": 902112}),
    Asking("testery_cancel_test_run", {"run_id": 902119}, {"run_id": 902120}),
    Asking(
        "testery_create_schedule",
        RUN | {"name": "Noon", "cron": "0 12 * * 1-5", "variables": [SET]},
        ORDER
        | {
            "name": TEXT,
            "cron": "30 4 * * 1",
            "on_deploy_of": To(["harbour-app", "harbour-kiosk"], cron=None),
            "priority": 37,
            "notify": To(True, "notified"),
        },
    ),
    Asking("testery_delete_schedule", {"schedule_id": 640}, {"schedule_id": 641}),
    Asking(
        "testery_create_deploy",
        RUN | {"build": "9.0.1-rc2", "git_provider": "GitHub", "git_owner": "harbour", "git_repo": "shop"},
        {
            "project_key": "harbour-app",
            "environment_key": "production",
            "build": TEXT,
            "branch": TEXT,
            "commit": TEXT,
            "status_name": TEXT,
            "report_to_git": To(True, "status in Git"),
            "git_provider": "BitBucket",
            "git_owner": TEXT,
            "git_repo": TEXT,
        },
    ),
    Asking(
        "testery_start_test_plan",
        {"plan_key": "smoke", "variables": [SET]},
        {
            "plan_key": "kiosk",
            "environment_key": "production",
            "deploy_id": 4711,
            "report_to_git": To(True, "statuses in Git"),
            "variables[].key": TEXT,
            "variables[].encrypted": To(False, "not encrypted"),
        },
    ),
    Asking("testery_cancel_plan_run", {"plan_id": 81, "plan_run_id": 1}, {"plan_id": To(82, "82"), "plan_run_id": 2}),
    Asking(
        "testery_update_environment",
        {"environment_key": "staging", "set_variables": [SET], "name": "Stage"},
        {
            "environment_key": "production",
            "name": TEXT,
            "url": "https://stage.example.test/" + "u" * 1900,
            "stage_id": 5,
            "runs_at_once": 7,
            **CHANGED,
        },
    ),
    Asking("testery_delete_environment", {"environment_key": "kiosk-altona"}, {"environment_key": "production"}),
    Asking(
        "testery_update_pipeline_stage",
        {"stage_id": 4, "set_variables": [{"key": "PAYMENT_GATE_PASSWORD", "value": "x1"}]},
        {
            "stage_id": 5,
            "name": TEXT,
            "priority": 7,
            "run_priority": 17,
            "windows_pool": 27,
            "linux_pool": 37,
            **CHANGED,
            "set_variables[].key": To(TEXT, remove_variables=["PAYMENT_GATE_PASSWORD"]),
            "remove_variables": To(["PAYMENT_GATE_PASSWORD"], set_variables=[SET]),
        },
    ),
    Asking("testery_add_user", {"email": "new.colleague@shop.example.test"}, {"email": "other@shop.example.test"}),
    Asking(
        "testery_create_api_token",
        {"profile": "work"},
        {"profile": TEXT, "name": TEXT, "account_id": 481},
    ),
]

GO_BY: dict[str, str] = {"key": "projects, environments and plans are found by it"}
"""Fields that questions depend on, with the reason."""

EXCEPTIONS = {
    "testery_start_test_run": VALUE,
    "testery_create_schedule": VALUE,
    "testery_start_test_plan": VALUE,
    "testery_update_environment": {"set_variables[].value": SECRET},
    "testery_update_pipeline_stage": {"set_variables[].value": SECRET},
}


def settings_in(folder: Path) -> Settings:
    """Settings with the token of a browser login, which alone can create tokens."""
    ours = settings()
    login = replace(ours.platforms["testery"], credentials={TOKEN: SecretStr(JWT)})
    return replace(ours, platforms={**ours.platforms, "testery": login})
