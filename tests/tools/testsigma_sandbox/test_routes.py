"""The table of routes: the 45 that the reference counts, and no other."""

from tools.testsigma.sandbox.build import MOUNT, build
from tools.testsigma.sandbox.old_host import OLD_MOUNT

PROJECT = "/projects/{project_id}"
REFERENCE = f"""
GET /projects
GET {PROJECT}
POST /projects
PUT {PROJECT}
DELETE {PROJECT}
GET {PROJECT}/folders
GET {PROJECT}/folders/{{folder_id}}
POST {PROJECT}/folders
PUT {PROJECT}/folders/{{folder_id}}
POST {PROJECT}/folders/{{folder_id}}/move
DELETE {PROJECT}/folders/{{folder_id}}
GET {PROJECT}/test_cases
GET {PROJECT}/test_cases/{{case_id}}
POST {PROJECT}/test_cases
PUT {PROJECT}/test_cases/{{case_id}}
DELETE {PROJECT}/test_cases/{{case_id}}
GET {PROJECT}/step_groups
GET {PROJECT}/step_groups/{{group_id}}
POST {PROJECT}/step_groups
PUT {PROJECT}/step_groups/{{group_id}}
DELETE {PROJECT}/step_groups/{{group_id}}
GET {PROJECT}/test_runs
GET {PROJECT}/test_runs/{{run_id}}
POST {PROJECT}/test_runs
PUT {PROJECT}/test_runs/{{run_id}}
DELETE {PROJECT}/test_runs/{{run_id}}
PUT {PROJECT}/test_runs/{{run_id}}/test_cases
PUT {PROJECT}/test_runs/{{run_id}}/assign_user
GET {PROJECT}/test_runs/{{run_id}}/test_cases
POST {PROJECT}/junit-import/test-run/{{run_id}}
GET {PROJECT}/junit-imports/{{import_id}}/status
GET {PROJECT}/test_plans
GET {PROJECT}/test_plans/{{plan_id}}
POST {PROJECT}/test_plans
PUT {PROJECT}/test_plans/{{plan_id}}
DELETE {PROJECT}/test_plans/{{plan_id}}
POST {PROJECT}/test_plans/{{plan_id}}/complete
GET {PROJECT}/test_plans/{{plan_id}}/test_runs
GET /test_cases/automation_types
GET /test_cases/types
GET /test_cases/statuses
GET /test_cases/priorities
GET /test_runs/statuses
GET /users
GET /labels
"""


def test_the_routes_are_those_of_the_reference() -> None:
    wanted = [line for line in REFERENCE.splitlines() if line]
    found = [f"{method} {path}" for method, path in build().routes]
    assert len(wanted) == len(set(wanted)) == len(found) == 45
    assert set(found) == set(wanted)


def test_the_old_host_stands_beside_the_api() -> None:
    assert list(build().mounts) == [MOUNT, OLD_MOUNT] == ["/testsigma/api/v1", "/testsigma/old/api/v1"]


def test_the_switches_are_an_action() -> None:
    assert build().actions == ["switches"]
