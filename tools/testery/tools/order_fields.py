"""The parameters of what is to be run, by one name each whatever the platform calls them."""

from typing import Annotated

from pydantic import Field

from tools.testery.client.testery import Testery
from tools.testery.models.orders import RunOrder, VariableToSet
from tools.testery.tools.environments import usable_environment
from tools.testery.tools.projects import known_project, known_suite
from tools.testery.tools.variables import checked

Branch = Annotated[str | None, Field(min_length=1, max_length=300, description="Of Git.")]
Commit = Annotated[str | None, Field(min_length=1, max_length=100, description="Hash in Git.")]
Build = Annotated[str | None, Field(min_length=1, max_length=300, description="As uploaded by testery_upload_build.")]
LatestDeploy = Annotated[bool, Field(description="The version deployed there last.")]
SuiteName = Annotated[
    str | None, Field(min_length=1, max_length=300, description="Name, as testery_list_test_suites gives it.")
]
IncludeTags = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]] | None,
    Field(max_length=100, description="[] means all, whatever testery.yml says."),
]
ExcludeTags = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]] | None,
    Field(max_length=100, description="Tests with these are left out."),
]
NamePatterns = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=500)]] | None,
    Field(max_length=50, description="Regular expressions of test names."),
]
Runners = Annotated[int | None, Field(ge=1, le=1000, description="Machines in parallel.")]
Copies = Annotated[int, Field(ge=1, le=100, description="How often each test runs.")]
ByFile = Annotated[bool | None, Field(description="Parallel by file; false: by test.")]
TimeoutMinutes = Annotated[int | None, Field(ge=1, le=1440, description="Of the whole run.")]
TestTimeoutSeconds = Annotated[int | None, Field(ge=1, le=86_400, description="Of each test.")]
RunVariables = Annotated[list[VariableToSet] | None, Field(max_length=100)]
ReportToGit = Annotated[bool, Field(description="Put a status on the commit.")]
StatusName = Annotated[str | None, Field(max_length=200, description="Of the Git status.")]


async def order_of(
    api: Testery,
    *,
    project_key: str,
    environment_key: str,
    suite: str | None,
    branch: str | None,
    commit: str | None,
    build: str | None,
    latest_deploy: bool,
    include_tags: list[str] | None,
    exclude_tags: list[str] | None,
    name_patterns: list[str] | None,
    runners: int | None,
    copies: int,
    by_file: bool | None,
    retry_failed: bool,
    timeout_minutes: int | None,
    test_timeout_seconds: int | None,
    variables: list[VariableToSet] | None,
) -> RunOrder:
    """Look up what an order names.

    Raises:
        NotFound: for a project, environment or suite that is not there.
        Refused: for an archived environment, and for variables that make no sense.
    """
    checked(variables or (), ())
    project = await known_project(api, project_key)
    return RunOrder(
        project=project,
        environment=await usable_environment(api, environment_key),
        suite=await known_suite(api, project, suite) if suite is not None else None,
        branch=branch,
        commit=commit,
        build=build,
        latest_deploy=latest_deploy,
        include_tags=include_tags,
        exclude_tags=exclude_tags,
        name_patterns=name_patterns,
        runners=runners,
        copies=copies,
        by_file=by_file,
        retry_failed=retry_failed,
        timeout_minutes=timeout_minutes,
        test_timeout_seconds=test_timeout_seconds,
        variables=variables or (),
    )
