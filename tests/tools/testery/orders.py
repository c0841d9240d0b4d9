"""Orders of a run with all that can be given and with none of it, and the requests of the reference for them."""

from pydantic import SecretStr

from tools.kit.form import Attached, Form, MadeFile
from tools.testery.models.orders import RunOrder, VariableToSet
from tools.testery.models.projects import Project, Suite
from tools.testery.models.settings import Environment

WEB = Project(id=7301, key="web-shop", name="Web shop")
STAGING = Environment.model_validate({"id": 212, "key": "staging"})
SECRET = VariableToSet(key="DB_PASSWORD", value=SecretStr("hidden-1234"))
PLAIN = VariableToSet(key="BASE_URL", value=SecretStr("https://stg.example"), encrypted=False)

FULL = RunOrder(
    project=WEB,
    environment=STAGING,
    suite=Suite(id=55, name="Smoke"),
    branch="main",
    commit="0a1b2c3d",
    build="42",
    latest_deploy=True,
    include_tags=["smoke"],
    exclude_tags=["slow"],
    name_patterns=["^Pay .*"],
    runners=4,
    copies=2,
    by_file=False,
    retry_failed=True,
    timeout_minutes=30,
    test_timeout_seconds=90,
    variables=[PLAIN, SECRET],
)
FULL_REQUEST = {
    "project": "web-shop",
    "environment": "staging",
    "updateVcsStatus": True,
    "ref": "0a1b2c3d",
    "branch": "main",
    "buildId": "42",
    "latestDeploy": True,
    "deployId": 5120,
    "testSuiteId": 55,
    "statusName": "checkout",
    "includeTags": ["smoke"],
    "excludedTags": ["slow"],
    "testFilters": ["Regex: ^Pay .*"],
    "parallelizeByFile": False,
    "runners": 4,
    "copies": 2,
    "timeoutMinutes": 30,
    "testTimeoutSeconds": 90,
    "retryFailedTests": True,
    "applyTestSelectionRules": True,
    "playwrightProject": "chromium",
    "variables": [
        {"key": "BASE_URL", "value": "https://stg.example", "encrypted": False},
        {"key": "DB_PASSWORD", "value": "hidden-1234", "encrypted": True},
    ],
}
FULL_SCHEDULE = {
    "name": "Nightly",
    "scheduleType": "interval",
    "projectId": 7301,
    "environmentId": 212,
    "cron": "0 2 * * *",
    "branch": "main",
    "buildName": "42",
    "copies": 2,
    "defaultToParallelizeByFile": False,
    "followTestRun": True,
    "latestDeploy": True,
    "onDeploy": False,
    "retryFailedTests": True,
    "testFilters": ["Regex: ^Pay .*"],
    "testName": None,
    "commit": "0a1b2c3d",
    "testSuiteId": 55,
    "includeTags": ["smoke"],
    "excludedTags": ["slow"],
    "parallelizeByFile": False,
    "priority": 5,
    "timeoutMinutes": 30,
    "testTimeoutSeconds": 90,
    "maxRunners": 4,
    "variables": FULL_REQUEST["variables"],
}
BARE = RunOrder(project=WEB, environment=STAGING)
BARE_SCHEDULE = {
    "name": "After a deploy",
    "scheduleType": "deploy",
    "projectId": 7301,
    "environmentId": 212,
    "cron": None,
    "branch": None,
    "buildName": None,
    "copies": 1,
    "defaultToParallelizeByFile": True,
    "followTestRun": False,
    "latestDeploy": True,
    "onDeploy": True,
    "retryFailedTests": False,
    "testFilters": [],
    "testName": None,
    "deployedProjectIds": [0],
}


def form(**fields: str) -> Form:
    """A file of results with further fields."""
    return Form([Attached(MadeFile("results.xml", b"<testsuite/>"), "application/xml")], fields=fields)
