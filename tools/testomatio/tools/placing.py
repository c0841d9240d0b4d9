"""Where tests and suites may be put: a file holds tests, a folder holds suites, and no suite is below itself."""

from tools.kit.errors import NotFound, Refused
from tools.kit.text import quote, word
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.suites import Suite
from tools.testomatio.models.tests import Test
from tools.testomatio.tools.forest import read_forest
from tools.testomatio.tools.scope import Pairs, found_in

DEEPEST = 60
"""Levels that are read at most."""


async def known_test(api: Testomatio, project: str, test_id: str, query: Pairs) -> Test:
    """Read a test, or say where ids come from."""
    where = "testomatio_list_tests shows ids."
    return await found_in(api, project, api.test(project, test_id, query), f"test {test_id[:40]!r}", where)


async def known_suite(api: Testomatio, project: str, suite_id: str, query: Pairs) -> Suite:
    """Read a suite, or say where ids come from."""
    where = "testomatio_get_suite_tree shows ids."
    return await found_in(api, project, api.suite(project, suite_id, query), f"suite {suite_id[:40]!r}", where)


def describe(thing: Suite | Test) -> str:
    """A suite or a test, as questions name it."""
    return f"{word(thing.id)} {quote(thing.title or 'without a title')}"


async def holder_of_tests(api: Testomatio, project: str, suite_id: str, query: Pairs) -> Suite:
    """Read a suite that tests can be put into.

    Raises:
        Refused: for a folder, with the suites below it that hold tests.
    """
    suite = await known_suite(api, project, suite_id, query)
    if not suite.is_folder:
        return suite
    forest = await read_forest(api, project, query)
    files = [one for _, one in forest.below(suite.id) if not forest.is_folder(one.id)]
    names = ", ".join(describe(one) for one in files[:15]) + (f" and {len(files) - 15} more" if len(files) > 15 else "")
    raise Refused(
        f"Suite {describe(suite)} is a folder, and a folder holds no tests. "
        + (f"Suites below it that hold tests: {names}." if names else "testomatio_create_suite makes one below it.")
    )


async def path_to_top(api: Testomatio, project: str, suite: Suite, query: Pairs) -> list[Suite]:
    """A suite and its folders, outermost last, each read fresh."""
    path = [suite]
    seen = {suite.id}
    while (above := path[-1].parent_id) and above not in seen and len(path) < DEEPEST:
        seen.add(above)
        try:
            path.append(await api.suite(project, above, query))
        except NotFound:
            break
    return path


async def holder_of_suites(
    api: Testomatio, project: str, parent_id: str, query: Pairs, *, moving: str | None = None
) -> Suite:
    """Read a folder that suites can be put into.

    Raises:
        Refused: for a suite that holds tests, and for the moving suite itself and those below it.
    """
    parent = await known_suite(api, project, parent_id, query)
    if moving is not None:
        path = await path_to_top(api, project, parent, query)
        if moving in {one.id for one in path}:
            names = " / ".join(quote(one.title or one.id) for one in reversed(path))
            raise Refused(f"Suite {moving} cannot be moved into {parent_id}, which is itself or is below it: {names}.")
    if not parent.is_folder:
        raise Refused(
            f"Suite {describe(parent)} holds tests and cannot hold suites: only folders hold suites. "
            "testomatio_get_suite_tree shows folders, testomatio_create_suite makes one."
        )
    return parent
