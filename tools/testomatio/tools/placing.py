"""Where tests and suites may stand: a file holds tests, a folder holds suites, and nothing stands below itself."""

from tools.kit.errors import NotFound, Refused
from tools.kit.text import quote, word
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.suites import Suite
from tools.testomatio.models.tests import Test
from tools.testomatio.tools.forest import read_forest
from tools.testomatio.tools.scope import Pairs, found_in

DEEPEST = 60
"""No hierarchy is climbed further."""


async def known_test(api: Testomatio, project: str, test_id: str, query: Pairs) -> Test:
    """Read a test, or say where ids come from."""
    where = "testomatio_list_tests shows ids."
    return await found_in(api, project, api.test(project, test_id, query), f"test {test_id[:40]!r}", where)


async def known_suite(api: Testomatio, project: str, suite_id: str, query: Pairs) -> Suite:
    """Read a suite, or say where ids come from."""
    where = "testomatio_get_suite_tree shows ids."
    return await found_in(api, project, api.suite(project, suite_id, query), f"suite {suite_id[:40]!r}", where)


def named(thing: Suite | Test) -> str:
    """A suite or a test as a question names it."""
    return f"{word(thing.id)} {quote(thing.title or 'without a title')}"


async def holder_of_tests(api: Testomatio, project: str, suite_id: str, query: Pairs) -> Suite:
    """A suite that tests may be put into.

    Raises:
        Refused: for a folder, with the suites below it that hold tests.
    """
    suite = await known_suite(api, project, suite_id, query)
    if not suite.is_folder:
        return suite
    forest = await read_forest(api, project, query)
    files = [one for _, one in forest.below(suite.id) if not forest.is_folder(one.id)]
    told = ", ".join(named(one) for one in files[:15]) + (f" and {len(files) - 15} more" if len(files) > 15 else "")
    raise Refused(
        f"Suite {named(suite)} is a folder, and a folder holds no tests. "
        + (f"Below it hold tests: {told}." if told else "testomatio_create_suite makes one below it that does.")
    )


async def climbed(api: Testomatio, project: str, suite: Suite, query: Pairs) -> list[Suite]:
    """A suite and the folders around it, outermost last, read one by one as they are now."""
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
    """A folder that suites may be put into.

    Raises:
        Refused: for a suite that holds tests, and for one that is, or stands below, the one that is moving.
    """
    parent = await known_suite(api, project, parent_id, query)
    if moving is not None:
        path = await climbed(api, project, parent, query)
        if moving in {one.id for one in path}:
            told = " / ".join(quote(one.title or one.id) for one in reversed(path))
            raise Refused(
                f"Suite {moving} cannot be moved into {parent_id}, which is itself or stands below it: {told}."
            )
    if not parent.is_folder:
        raise Refused(
            f"Suite {named(parent)} holds tests, so no suite can stand in it: only folders hold suites. "
            "testomatio_get_suite_tree shows folders, testomatio_create_suite makes one."
        )
    return parent
