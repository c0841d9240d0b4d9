"""The parameters of what is to be run, by one name each whatever the platform calls them."""

from typing import Annotated

from pydantic import Field

from tools.testery.models.orders import VariableToSet

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
