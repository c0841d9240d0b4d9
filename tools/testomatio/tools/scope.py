"""Where a call is about: its project, its branch, and what to say of something that is not there."""

from collections.abc import Awaitable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from tools.kit.errors import NotFound, PlatformError, Refused, TestdeskError, Unauthorized
from tools.kit.text import given as quoted
from tools.testomatio.client.families import EMAIL, OF_A_PROJECT, PASSWORD, TOKEN
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import bare_suite, bare_test
from tools.testomatio.tools.projects import not_yours

Branch = Annotated[str | None, Field(description="Slug of a branch; default: main.")]
Pairs = list[tuple[str, str | int]]
T = TypeVar("T")


def opens_web(api: Testomatio) -> bool:
    """Whether the credentials log in to the web's API, family B."""
    account = api.account
    if PASSWORD in account.credentials and account.settings.get(EMAIL):
        return True
    return TOKEN in account.credentials and not account.secret(TOKEN).startswith(OF_A_PROJECT)


def opens_api(api: Testomatio) -> bool:
    """Whether there is a token for the public API, family A."""
    return TOKEN in api.account.credentials


def needs_web(api: Testomatio, what: str) -> None:
    """Refuse what only the web's API has, where no credential opens that.

    Raises:
        Refused: before any request.
    """
    if not opens_web(api):
        raise Refused(
            f"{what} is known to the web's API only, which a project token does not open: it needs a general token in "
            f"{TOKEN}, or {EMAIL} and {PASSWORD}."
        )


@contextmanager
def of_project(project: str) -> Iterator[None]:
    """Says of a list that is not there that its project is not."""
    try:
        yield
    except NotFound as error:
        raise not_yours(project) from error


async def missing(api: Testomatio, project: str, what: str, where: str) -> NotFound:
    """The error for something that is not there: the project itself, or the thing, with the tool that shows ids."""
    try:
        await (api.project_info(project) if opens_api(api) else api.project(project))
    except NotFound:
        return not_yours(project)
    except TestdeskError:
        pass  # what is wrong there is told by the next call
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
    """A project, and the branch of it that is meant, as a question and an answer name them."""
    return f"project {quoted(project)}" + (f" on branch {quoted(branch)}" if branch and branch != "main" else "")


async def on_branch(api: Testomatio, project: str, branch: str | None) -> Pairs:
    """The branch as a query, after seeing that it is there: an unknown one silently answers main's data.

    Raises:
        Refused: when the project has no such branch.
    """
    if not branch or branch == "main":
        return []
    try:
        await api.branch(project, branch)
    except NotFound as error:
        raise Refused(
            f"Project {project[:100]!r} has no branch {branch[:100]!r}; the platform would answer main's data for it. "
            "testomatio_list_branches shows slugs."
        ) from error
    except PlatformError as error:
        raise gated("Branches", error) from error
    return [("branch", branch)]


def gated(what: str, error: PlatformError) -> PlatformError:
    """The error of a part that a plan may lack, whose refusal says no more than that."""
    if isinstance(error, Unauthorized) and error.status == 403:
        return Unauthorized(
            f"Testomat.io refused this (403): {what.lower()} belong to larger plans, or the user lacks the right. "
            "testomatio_get_project_info shows the features of the project's plan.",
            status=403,
            words=error.words,
        )
    return error


Kind = Annotated[
    Literal["test", "suite", "run", "testrun", "plan"],
    Field(description="What target_id belongs to; testrun: a result."),
]


def bare_id(kind: str, text: str) -> str:
    """An id of any kind in the form that paths take."""
    return (
        bare_test(text) if kind == "test" else bare_suite(text) if kind == "suite" else text.strip().removeprefix("@")
    )


def targeted(kind: str, number: str) -> Pairs:
    """What something hangs on, as a query names it.

    Raises:
        Refused: for a result whose id is no number.
    """
    bare = bare_id(kind, number)
    if kind == "testrun" and not (bare.isascii() and bare.isdigit()):
        raise Refused(f"A result's id is a number, not {bare[:40]!r}. testomatio_list_results shows ids.")
    return [(f"{kind}_id", bare)]


def given(**fields: Any) -> dict[str, Any]:
    """The fields that were said; None was not.

    Raises:
        Refused: when there are none.
    """
    said = {name: value for name, value in fields.items() if value is not None}
    if not said:
        raise Refused(f"Say at least one thing to change: {', '.join(fields)}.")
    return said


def not_applied(fields: Mapping[str, Any], after: Any) -> list[str]:
    """Of the fields that were sent, those that a read shows unchanged; an empty text is none, spaces do not count."""

    def plain(value: Any) -> Any:
        return (value.strip() or None) if isinstance(value, str) else value

    return [name for name, value in fields.items() if plain(getattr(after, name)) != plain(value)]
