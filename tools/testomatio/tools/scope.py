"""The project and branch of a call, ids of all kinds, and the error for something that is missing."""

from collections.abc import Awaitable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from tools.kit.errors import NotFound, PlatformError, Refused, TestdeskError, Unauthorized
from tools.kit.text import given
from tools.testomatio.client.credentials import EMAIL, OF_A_PROJECT, PASSWORD, TOKEN
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import bare_suite, bare_test
from tools.testomatio.tools.projects import no_such_project

Branch = Annotated[str | None, Field(description="Slug; default: main.")]
Pairs = list[tuple[str, str | int]]
T = TypeVar("T")


def opens_web(api: Testomatio) -> bool:
    """Whether the credentials can log in to the web API, family B."""
    account = api.account
    if PASSWORD in account.credentials and account.settings.get(EMAIL):
        return True
    return TOKEN in account.credentials and not account.secret(TOKEN).startswith(OF_A_PROJECT)


def opens_api(api: Testomatio) -> bool:
    """Whether there is a token for the public API, family A."""
    return TOKEN in api.account.credentials


def needs_web(api: Testomatio, what: str) -> None:
    """Refuse what only the web API has, where no credential opens it.

    Raises:
        Refused: before any request is sent.
    """
    if not opens_web(api):
        raise Refused(
            f"{what}: only the web API has this, and a project token does not open it. Set a general token in {TOKEN}, "
            f"or {EMAIL} and {PASSWORD}."
        )


@contextmanager
def of_project(project: str) -> Iterator[None]:
    """Turn the 404 of a list into the error for a project that does not exist."""
    try:
        yield
    except NotFound as error:
        raise no_such_project(project) from error


async def missing(api: Testomatio, project: str, what: str, where: str) -> NotFound:
    """The error for something missing: the project, or the thing with the tool that shows ids."""
    try:
        await (api.project_info(project) if opens_api(api) else api.project(project))
    except NotFound:
        return no_such_project(project)
    except TestdeskError:
        pass  # the next call reports what is wrong with it
    return NotFound(f"Project {project[:100]!r} has no {what}. {where}", status=404)


async def found_in(api: Testomatio, project: str, read: Awaitable[T], what: str, where: str) -> T:
    """Await the read of one thing of a project.

    Raises:
        NotFound: "Project 'shop' has no test '1a2b3c4d'." followed by `where`, or "No project 'shop' …".
    """
    try:
        return await read
    except NotFound as error:
        raise await missing(api, project, what, where) from error


def place(project: str, branch: str | None = None) -> str:
    """A project and its branch, as questions and answers name them."""
    return f"project {given(project)}" + (f" on branch {given(branch)}" if branch and branch != "main" else "")


async def on_branch(api: Testomatio, project: str, branch: str | None) -> Pairs:
    """The branch as a query, checked first: for an unknown branch the platform silently returns the data of main.

    Raises:
        Refused: when the project has no such branch.
    """
    if not branch or branch == "main":
        return []
    try:
        await api.branch(project, branch)
    except NotFound as error:
        raise Refused(
            f"Project {project[:100]!r} has no branch {branch[:100]!r}; the platform would return the data of main. "
            "testomatio_list_branches shows slugs."
        ) from error
    except PlatformError as error:
        raise gated(error) from error
    return [("branch", branch)]


def gated(error: PlatformError) -> PlatformError:
    """The error of branches, which only larger plans have: the platform answers a bare 403."""
    if isinstance(error, Unauthorized) and error.status == 403:
        return Unauthorized(
            "Testomat.io refused this (403): branches are part of larger plans, or the user lacks the right. "
            "testomatio_get_project_info shows the features of the project's plan.",
            status=403,
            words=error.words,
        )
    return error


Kind = Annotated[
    Literal["test", "suite", "run", "testrun", "plan"],
    Field(description="testrun: a result."),
]


def bare_id(kind: str, text: str) -> str:
    """An id of any kind, in the form that paths take."""
    return (
        bare_test(text) if kind == "test" else bare_suite(text) if kind == "suite" else text.strip().removeprefix("@")
    )


def targeted(kind: str, number: str) -> Pairs:
    """The target of a link, file or comment, as a query.

    Raises:
        Refused: for the id of a result that is not a number.
    """
    bare = bare_id(kind, number)
    if kind == "testrun" and not (bare.isascii() and bare.isdigit()):
        raise Refused(f"The id of a result is a number, not {bare[:40]!r}. testomatio_list_results shows ids.")
    return [(f"{kind}_id", bare)]


def given_fields(**fields: Any) -> dict[str, Any]:
    """The fields that were given, which are those that are not None.

    Raises:
        Refused: when there are none.
    """
    found = {name: value for name, value in fields.items() if value is not None}
    if not found:
        raise Refused(f"Give at least one thing to change: {', '.join(fields)}.")
    return found


def not_applied(fields: Mapping[str, Any], after: Any) -> list[str]:
    """The sent fields that a read shows unchanged; an empty text equals None, and outer spaces are ignored."""

    def plain(value: Any) -> Any:
        return (value.strip() or None) if isinstance(value, str) else value

    return [name for name, value in fields.items() if plain(getattr(after, name)) != plain(value)]
