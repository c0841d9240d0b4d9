"""Resources to read: a test, a suite, and the query language."""

from collections.abc import Iterator
from typing import Final

from tools.kit.errors import PlatformError
from tools.kit.text import passage, quote, word, word_if
from tools.kit.toolset import Toolset
from tools.testomatio.client.credentials import PROJECT
from tools.testomatio.client.runs import paged
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import bare_suite, bare_test
from tools.testomatio.tools.forest import read_forest
from tools.testomatio.tools.placing import known_suite, known_test
from tools.testomatio.tools.scope import opens_web
from tools.testomatio.tools.suite_tree import titles_by_suite
from tools.testomatio.tools.tql_fields import FIELDS, FLAGS, ORDERED, Kind

tool = Toolset(Testomatio, needs="api")

SUGGESTED = 100
PAGES_LOOKED_AT = 5
"""Pages of tests that completion reads at most."""

EXAMPLES: Final[tuple[tuple[str, Kind], ...]] = (
    ("priority >= 'high' and not (tag == 'wip')", "tests"),
    ("suite % 'Checkout' and state == 'manual'", "tests"),
    ("label == 'Severity:critical' and (status == 'failed' or last_run_at < 30.days_ago)", "tests"),
    ("executed_by == 'Ann Weber' and executed_at >= '2026-04-01'", "tests"),
    ("failed and has_test_tag == 'regression'", "runs"),
    ("finished_at >= '2026-07-01' and env in ['Windows', 'Linux']", "runs"),
)


async def project_slugs(api: Testomatio, typed: str) -> list[str]:
    """Projects whose slug begins as typed: those of the account where it can list them, else the default one."""
    slugs = [api.account.settings.get(PROJECT, "")]
    if opens_web(api):
        slugs += [project.id for project in (await api.projects_page(1)).data]
    return [slug for slug in dict.fromkeys(slugs) if slug and slug.startswith(typed)]


async def ids_of_tests(api: Testomatio, variable: str, typed: str, before: dict[str, str]) -> list[str]:
    """Complete projects, and ids of a project's tests, newest first."""
    if variable == "project":
        return await project_slugs(api, typed)
    project, bare = api.project_of(before.get("project")), bare_test(typed)
    found: list[str] = []
    for page in range(1, PAGES_LOOKED_AT + 1):
        rows = (await api.tests(project, [("slim", "true"), *paged(page, SUGGESTED)])).data
        found += [test.id for test in rows if test.id.startswith(bare)]
        if len(found) >= SUGGESTED or len(rows) < SUGGESTED:
            break
    return found


async def ids_of_suites(api: Testomatio, variable: str, typed: str, before: dict[str, str]) -> list[str]:
    """Complete projects, and ids of a project's suites."""
    if variable == "project":
        return await project_slugs(api, typed)
    forest = await read_forest(api, api.project_of(before.get("project")), [])
    return [suite.id for _, suite in forest.below(None) if suite.id.startswith(bare_suite(typed))]


@tool.resource("{project}/tests/{test_id}", complete=ids_of_tests)
async def test_page(api: Testomatio, project: str, test_id: str) -> str:
    """A test with its description, code and linked issues."""
    test = await known_test(api, project, bare_test(test_id), [])
    labels = ", ".join(quote(f"{one.title or one.id}{f': {one.value}' if one.value else ''}") for one in test.labels)
    facts = (
        ("Suite", word_if(test.suite_id)),
        ("State", word_if(test.state)),
        ("Priority", word(test.priority or "normal")),
        ("Tags", ", ".join(quote(tag) for tag in test.tags)),
        ("Labels", labels),
        ("Assigned to", test.assigned_to and quote(test.assigned_to)),
        ("Shared from another project", "yes" if test.is_shared else None),
    )
    lines = [f"# Test {word(test.id)}: {quote(test.title or '', at_most=300)}", ""]
    lines += [f"- {name}: {value}" for name, value in facts if value]
    for heading, words in (("Description", test.description), ("Code", test.code)):
        if words and words.strip():
            lines += ["", f"## {heading}", "", passage(words)]
    try:
        issues = (await api.issues_page(project, [("test_id", test.id)], 1)).data
    except PlatformError:
        issues = []
    if issues:
        lines += ["", "## Linked issues", ""]
        lines += [f"- {quote(issue.name)}: {quote(issue.url or '', at_most=300)}" for issue in issues]
    return "\n".join(lines)


@tool.resource("{project}/suites/{suite_id}", complete=ids_of_suites)
async def suite_page(api: Testomatio, project: str, suite_id: str) -> str:
    """A suite with the suites and tests below it."""
    suite = await known_suite(api, project, bare_suite(suite_id), [])
    forest = await read_forest(api, project, [])
    tests, coverage = await titles_by_suite(api, project, suite.id, [])
    lines = [f"# Suite {word(suite.id)}: {quote(suite.title or '', at_most=300)}", ""]
    if suite.id in forest.suites and (above := forest.above(suite.id)):
        lines.append(f"- In: {' / '.join(quote(one.title or one.id) for one in above)}")
    lines += [f"- Tests below it: {coverage.loaded}{'' if coverage.complete else ' or more'}"]
    if suite.description and suite.description.strip():
        lines += ["", "## Description", "", passage(suite.description)]
    lines += ["", "## Contents", ""]
    lines += [f"- {word(test.id)} {quote(test.title or '')}" for test in tests.get(suite.id, [])]
    for depth, one in forest.below(suite.id):
        indent = "  " * (depth - 1)
        lines.append(f"{indent}- {word(one.id)} **{quote(one.title or '')}**")
        lines += [f"{indent}  - {word(test.id)} {quote(test.title or '')}" for test in tests.get(one.id, [])]
    return "\n".join(lines)


@tool.resource("tql")
async def tql_page(api: Testomatio) -> str:
    """TQL, the query language of tests and runs: its fields, operators and examples."""
    return "\n".join(_tql_lines())


def _tql_lines() -> Iterator[str]:
    yield "# TQL"
    yield ""
    yield "The tools that list tests and runs, plans and analytics take it as `tql`."
    yield ""
    yield "- Compare with `==` and `!=`; one `=` is an error. `in ['a', 'b']` takes any of several values."
    yield "- `>`, `<`, `>=`, `<=` compare what has an order: priorities, dates, durations, counters."
    yield "- `%` means contains, for the fields marked with it below."
    yield "- Write texts in single or double quotes: `tag == 'smoke'`."
    yield "- Dates: `'2026-04-01'`, `today()`, `7.days_ago` (seconds, days, weeks, months)."
    yield "- Durations: seconds, or `1.minute`."
    yield "- Join with `and`, `or`, `not`. A mix of `and` and `or` needs parentheses: `a and (b or c)`."
    yield "- Name people by display name. A label with a value is `'Severity:critical'`, with its emoji if it has one."
    for kind in FIELDS:
        yield from _field_lines(kind)
    yield ""
    yield "## Examples"
    yield ""
    yield from (f"- {kind}: `{query}`" for query, kind in EXAMPLES)


def _field_lines(kind: Kind) -> Iterator[str]:
    yield ""
    yield f"## Fields of {kind}"
    yield ""
    for name, field in FIELDS[kind].items():
        marks = ["%"] if field.sort == "text" else ["ordered"] if field.sort in ORDERED else []
        yield f"- `{name}`{f' ({marks[0]})' if marks else ''}: {field.meaning}"
    if FLAGS[kind]:
        yield f"- Written alone, without a comparison: {', '.join(f'`{flag}`' for flag in FLAGS[kind])}"
