"""Projects and suites that can be given by their titles."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from tools.kit.errors import PlatformError, Refused
from tools.kit.naming import ByName, Choice
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import SuiteId

_SLUG: Final = re.compile(r"[0-9a-z_.-]+")
_ID: Final = re.compile(r"(?=[a-z]*\d)[0-9a-z]{8}|@?S[0-9a-z]{8}|https?://\S+")


def is_slug(word: str) -> bool:
    """Whether a word can be a slug, so that no request is needed; a title has capitals or spaces."""
    return _SLUG.fullmatch(word.strip()) is not None


def is_suite_id(word: str) -> bool:
    """Whether a word is the id of a suite. Eight letters without a digit can be a title, so the suites are read."""
    return _ID.fullmatch(word.strip()) is not None


async def _projects(api: Testomatio, given: Mapping[str, Any]) -> Sequence[Choice]:
    try:
        page = await api.projects_page(1, 100)
    except (PlatformError, Refused) as error:
        raise Refused(
            "Titles of projects need a login, and there is none. Give the slug, which is in the address of the page of "
            "the project."
        ) from error
    return [Choice(one.id, one.title) for one in page.data]


PROJECT: Final = ByName("project", _projects, "testomatio_list_projects", is_id=is_slug)


async def _suites(api: Testomatio, given: Mapping[str, Any]) -> Sequence[Choice]:
    from tools.testomatio.tools.forest import read_forest  # forest imports projects, which imports this module

    project = given.get("project")
    slug = api.project_of(await PROJECT.resolve(api, project, given, parts=False) if project else None)
    branch = given.get("branch")
    forest = await read_forest(api, slug, [("branch", branch)] if branch else [])
    return [
        Choice(one.id, one.title, "/".join(above.title or above.id for above in forest.above(one.id)))
        for one in forest.suites.values()
    ]


SUITE: Final = ByName("suite", _suites, "testomatio_get_suite_tree", is_id=is_suite_id)
SuiteRef = Annotated[SuiteId, SUITE]
