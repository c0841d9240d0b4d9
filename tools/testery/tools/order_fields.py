"""The parameters of runs and schedules, under one name each; the API uses several."""

from typing import Annotated

from pydantic import Field

from tools.testery.models.orders import VariableToSet

Branch = Annotated[str | None, Field(min_length=1, max_length=300, description="Git branch.")]
Commit = Annotated[str | None, Field(min_length=1, max_length=100, description="Git commit hash.")]
Build = Annotated[str | None, Field(min_length=1, max_length=300, description="From testery_upload_build.")]
LatestDeploy = Annotated[bool, Field(description="As deployed there last.")]
SuiteName = Annotated[str | None, Field(min_length=1, max_length=300, description="From testery_list_test_suites.")]
IncludeTags = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]] | None,
    Field(max_length=100, description="[]: all, despite testery.yml."),
]
ExcludeTags = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]] | None,
    Field(max_length=100, description="Without tests that have these."),
]
NamePatterns = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=500)]] | None,
    Field(max_length=50, description="Regular expressions."),
]
Runners = Annotated[int | None, Field(ge=1, le=1000, description="Machines.")]
Copies = Annotated[int, Field(ge=1, le=100, description="Of each test.")]
ByFile = Annotated[bool | None, Field(description="false: by test.")]
TimeoutMinutes = Annotated[int | None, Field(ge=1, le=1440, description="Stop the run after this long.")]
TestTimeoutSeconds = Annotated[int | None, Field(ge=1, le=86_400, description="Stop a test after this long.")]
RunVariables = Annotated[list[VariableToSet] | None, Field(max_length=100, description="For the tests.")]
RetryFailed = Annotated[bool, Field(description="Try failed tests once more.")]
DeployId = Annotated[int | None, Field(gt=0, description="From testery_create_deploy.")]
ReportToGit = Annotated[bool, Field(description="Set a commit status.")]
StatusName = Annotated[str | None, Field(max_length=200, description="Name of the Git status.")]
