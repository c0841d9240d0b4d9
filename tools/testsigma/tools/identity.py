"""Human ids such as HRB-7 and HRB-R-4, projects by name or prefix, and the ids that the API takes."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Final, TypeVar

from pydantic import Field

from tools.kit.errors import NotFound, Refused, found
from tools.kit.text import quote
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.fields import Item
from tools.testsigma.models.projects import Project

T = TypeVar("T")

UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HUMAN: Final = re.compile(r"(?P<prefix>[^\s/\\?#%]{1,40}?)-(?:(?P<kind>SG|R|P)-)?(?P<number>\d{1,9})", re.IGNORECASE)

ProjectRef = Annotated[str, Field(min_length=1, max_length=200, description="Name, prefix (HRB) or UUID.")]
ProjectOfId = Annotated[str | None, Field(min_length=1, max_length=200, description="Only needed with a UUID.")]
CaseId = Annotated[str, Field(min_length=1, max_length=80, description="HRB-7, or a UUID.")]
GroupId = Annotated[str, Field(min_length=1, max_length=80, description="HRB-SG-2, or a UUID.")]
RunId = Annotated[str, Field(min_length=1, max_length=80, description="HRB-R-4, or a UUID.")]
PlanId = Annotated[str, Field(min_length=1, max_length=80, description="HRB-P-2, or a UUID.")]


@dataclass(frozen=True)
class Kind:
    """A kind of thing with human ids."""

    word: str
    infix: str
    """The part between prefix and number."""
    example: str
    reader: str
    lister: str


CASE: Final = Kind("test case", "", "HRB-7", "testsigma_get_test_case", "testsigma_list_test_cases")
GROUP: Final = Kind("step group", "SG", "HRB-SG-2", "testsigma_get_step_group", "testsigma_list_step_groups")
RUN: Final = Kind("test run", "R", "HRB-R-4", "testsigma_get_test_run", "testsigma_list_test_runs")
PLAN: Final = Kind("test plan", "P", "HRB-P-2", "testsigma_get_test_plan", "testsigma_list_test_plans")
_KINDS: Final = {kind.infix: kind for kind in (CASE, GROUP, RUN, PLAN)}


@dataclass(frozen=True)
class Place:
    """A thing's project, and its id for a request path."""

    project: Project
    key: str


def is_uuid(text: str) -> bool:
    return UUID.fullmatch(text) is not None


def is_human_id(text: str) -> bool:
    """Whether a text looks like a human id."""
    return _HUMAN.fullmatch(text) is not None


def sort_key(human_id: str | None, uuid: str) -> tuple[int, int]:
    """A sort key: by the number in a human id, then by UUID where numbers are missing."""
    match = _HUMAN.fullmatch(human_id or "")
    number = int(match["number"]) if match is not None else 0
    return number, int(uuid.replace("-", ""), 16) if is_uuid(uuid) else alphabetical_key(uuid)


def by_number(item: Item) -> tuple[int, int]:
    return sort_key(item.human_id, item.id)


def newest_first(item: Item) -> tuple[int, ...]:
    return tuple(-part for part in by_number(item))


def alphabetical_key(text: str | None) -> int:
    """The first characters of a text as an integer that sorts like the text."""
    return int.from_bytes((text or "").casefold().encode()[:16].ljust(16, b"\0"), "big")


async def known_project(api: Testsigma, project: str) -> Project:
    """Find a project by its name, prefix or UUID.

    Raises:
        NotFound: when there is none.
        Refused: when several have the name.
    """
    word = project.strip()
    for fresh in (False, True):
        matches = _projects_named((await api.projects(fresh=fresh)).rows, word)
        if len(matches) > 1:
            ids = ", ".join(f"{quote(one.name or '')} {one.key}" for one in matches[:10])
            raise Refused(f"Several projects are called {word[:80]!r}: {ids}. Give a prefix or UUID.")
        if matches:
            return matches[0]
    if is_uuid(word):
        try:
            return await api.project(word.lower())
        except NotFound as error:
            raise no_project(word) from error
    raise no_project(word)


def no_project(word: str) -> NotFound:
    return NotFound(f"No project {word[:80]!r}. testsigma_list_projects shows names and prefixes.", status=404)


def _projects_named(projects: list[Project], word: str) -> list[Project]:
    """The projects with this prefix or id, or else those with this name."""
    folded = word.casefold()
    exact = [one for one in projects if folded in {one.id.casefold(), (one.prefix or "").casefold()}]
    return exact or [one for one in projects if (one.name or "").casefold() == folded]


async def place_of(api: Testsigma, kind: Kind, key: str, project: str | None) -> Place:
    """Find a thing's project, by its human id alone or by a UUID with a project.

    Raises:
        Refused: for what is no id of this kind.
    """
    word = key.strip()
    if is_uuid(word):
        if project is None:
            raise Refused(f"A UUID does not tell the project: give project too, or an id such as {kind.example}.")
        return Place(await known_project(api, project), word.lower())
    match = _HUMAN.fullmatch(word)
    if match is None:
        raise Refused(f"{word[:80]!r} is no {kind.word}'s id. Give one such as {kind.example}, or a UUID.")
    other = _KINDS[(match["kind"] or "").upper()]
    if other is not kind:
        raise Refused(f"{word[:80]!r} is a {other.word}'s id; {other.reader} takes it.")
    owner = await _project_with_prefix(api, match["prefix"], word)
    if project is not None and (named := await known_project(api, project)).id != owner.id:
        raise Refused(f"{word[:80]!r} is of project {owner.prefix}, not of {quote(named.display_name)}.")
    pieces = (owner.prefix or match["prefix"], kind.infix, str(int(match["number"])))
    return Place(owner, "-".join(piece for piece in pieces if piece))


async def _project_with_prefix(api: Testsigma, prefix: str, word: str) -> Project:
    for fresh in (False, True):
        for project in (await api.projects(fresh=fresh)).rows:
            if (project.prefix or "").casefold() == prefix.casefold():
                return project
    raise NotFound(
        f"No project has the prefix of {word[:80]!r}. testsigma_list_projects shows names and prefixes.", status=404
    )


async def read_by_id(
    api: Testsigma, kind: Kind, read: Callable[[str, str], Awaitable[T]], key: str, project: str | None
) -> tuple[Project, T]:
    """Read a thing and its project; `read` takes the ids of the project and of the thing."""
    place = await place_of(api, kind, key, project)
    what = f"{kind.word} {place.key} in project {place.project.key}"
    return place.project, await found(read(place.project.id, place.key), what, listed_by=kind.lister)
