"""Tests that come from code: their import in several requests, and the ids that code is marked with."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.errors import PlatformError, UnexpectedShape
from tools.kit.model import Answer
from tools.kit.page import Cursor, Limit, Page, decode_cursor, digest, encode_cursor
from tools.kit.pairs import FileTexts
from tools.kit.question import Lines, render_list
from tools.kit.text import Key, Untrusted, many
from tools.kit.text import given as given_text
from tools.kit.toolset import Progress, Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import SuiteId, bare_suite, bare_test
from tools.testomatio.models.reporting import IdMap
from tools.testomatio.tools.import_chunks import ImportedTest, KnownFields, chunks
from tools.testomatio.tools.paging import page_of
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.reporting import automated_tests, default_project
from tools.testomatio.tools.run_changes import given
from tools.testomatio.tools.scope import Branch, Pairs, place

tool = Toolset(Testomatio, needs="report")
MOST_IDS: Final = 1_000
"""Ids in one answer."""
MOST_SHOWN: Final = 25
"""Tests that the question lists one by one; an import can have thousands."""


async def _detached(api: Testomatio, slug: str | None, known: set[str]) -> str:
    """How many automated tests this import detaches, as the question says it."""
    if slug is None:
        return "Every automated test that is not in this list is marked as detached from the code."
    automated = await automated_tests(api, slug)
    count = sum(test.id not in known for test in automated.rows)
    detached = many(count, "automated test", complete=automated.complete)
    return f"{detached} that this list does not name {'is' if count == 1 else 'are'} marked as detached from the code."


class Imported(Answer):
    """The outcome of an import."""

    done: str
    tests: int
    requests: int
    said: Untrusted | None = None
    next: str = "testomatio_list_test_ids shows the ids that code is marked with, a few seconds later."


@tool.destroys(idempotent=False, verify_with="list_test_ids")
async def import_tests(
    api: Testomatio,
    progress: Progress,
    framework: Annotated[str, Field(min_length=1, description="Such as playwright.")],
    language: Annotated[str, Field(min_length=1, description="Such as typescript.")],
    tests: Annotated[list[ImportedTest], Field(min_length=1, description="All tests of the code.")],
    files: Annotated[FileTexts | None, Field(description="Source files of the tests.")] = None,
    detach: Annotated[bool, Field(description="Detach automated tests not in tests.")] = False,
    remove_empty_suites: Annotated[bool, Field(description="Delete suites left empty by it.")] = False,
    move: Annotated[bool, Field(description="Move tests and suites to match the code.")] = False,
    create: Annotated[bool | None, Field(description="Create tests whose id is unknown.")] = None,
    directory: Annotated[str | None, Field(description="Folder that the files are in.")] = None,
    suite: Annotated[str | None, Field(description="Suite to put them below.")] = None,
    branch: Branch = None,
    project: ProjectSlug = None,
) -> Asking[Imported]:
    """Import tests from code into the token's project; project only serves to count what is detached.

    Asks the user first.
    """
    parts = chunks(tests, files or {})
    ids = KnownFields(await api.id_map())
    places = [ids.place(test) for test in tests]
    known = {place for place in places if place is not None}
    changed = f" and {len(known)} known, which are changed to what the code says" if known else ""
    slug = default_project(api, project)
    where = place(slug, branch) if slug else "the project of the token"
    if not slug and branch:
        where += f" on branch {given_text(branch)}"
    question = Lines(
        f"Import {many(len(tests), 'test')} in {many(len({test.suites[-1] for test in tests}), 'suite')} into {where}: "
        f"{places.count(None)} new{changed}? It goes in {many(len(parts), 'request')}."
    )
    question.fields(
        {"Framework": framework, "Language": language, "Folder of the files": directory, "Below suite": suite}
    )
    for test in tests[:MOST_SHOWN]:
        question.add("Test", test.describe())
    if len(tests) > MOST_SHOWN:
        more = f"{len(tests) - MOST_SHOWN}, in {many(len({test.file for test in tests}), 'file')} in all"
        question.add("Further tests", more)
    if files:
        named = f" ({render_list(files)})" if len(files) <= MOST_SHOWN else ""
        size = many(sum(map(len, files.values())), "character")
        question.add("With the code of", f"{many(len(files), 'file')}{named}, {size}")
    if create is not None:
        question.say(f"Tests whose id is unknown are {'' if create else 'not '}made.")
    if detach:
        question.say(await _detached(api, slug, known))
    if remove_empty_suites:
        question.say("Suites that are empty afterwards are removed.")
    if move:
        question.say("Tests and suites are moved to where the code has them.")
    question.say("There is no undo.")
    yield Ask(str(question))

    common: dict[str, Any] = {"framework": framework, "language": language, "no-detach": not detach, "sync": True}
    common |= given(
        noempty=remove_empty_suites or None, structure=move or None, create=create, dir=directory, suite=suite,
        branch=branch,
    )  # fmt: skip
    import_id: str | None = None
    message: str | None = None
    for number, part in enumerate(parts, 1):
        body = common | {"tests": part.tests} | ({"files": part.files} if part.files else {})
        if len(parts) > 1:
            body |= {"chunk_upload": True, "finish": number == len(parts)} | given(import_id=import_id)
        try:
            received = await api.load_tests(body)
        except PlatformError as error:
            if number == 1:
                raise
            raise type(error)(
                f"{number - 1} of {len(parts)} requests were accepted; the import is not complete. {error.sentence}",
                request=error.request,
                status=error.status,
                words=error.words,
            ) from error
        import_id, message = import_id or received.import_id, received.message
        if number < len(parts) and import_id is None:
            raise UnexpectedShape(
                f"Testomat.io accepted request 1 of {len(parts)} without an import id; the others were not sent."
            )
        await progress(number, len(parts), f"{number} of {len(parts)} requests accepted")
    yield Imported(done="Accepted.", tests=len(tests), requests=len(parts), said=message)


class CodeId(Answer):
    """A test or suite by its longest name, or a file with its content."""

    name: Untrusted
    id: Key | None = None
    content: Untrusted | None = None


@tool.reads(long_text=True)
async def list_test_ids(
    api: Testomatio,
    kind: Annotated[
        Literal["tests", "suites", "files"], Field(description="files: manual tests as Markdown.")
    ] = "tests",
    text: Annotated[str | None, Field(description="Part of file#suite#title.")] = None,
    suite_ids: Annotated[list[SuiteId] | None, Field(description="Only below these.")] = None,
    automated: Annotated[bool, Field(description="With kind files: also those of automated tests.")] = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[CodeId]:
    """List the ids that tests in code are marked with, by file#suite#title; or the manual tests as Markdown files.

    testomatio_create_tests takes that Markdown.
    """
    query: Pairs = [("with_files", "true")] if kind == "files" else []
    query += [("export_automated", "true")] if kind == "files" and automated else []
    query += [("suite_ids", ",".join(suite_ids))] if suite_ids else []
    ids = await api.id_map(query)
    rows = _rows(ids, kind)
    part = (text or "").casefold()
    fitting = [row for row in rows if part in row.name.casefold()]
    filters = digest(asked=[kind, text, suite_ids, automated])
    return page_of(fitting, loaded=len(rows), limit=limit, cursor=cursor, filters=filters)


def _rows(ids: IdMap, kind: str) -> list[CodeId]:
    """One row for each thing. The map has several names of a test; the longest one says most."""
    if kind == "files":
        return [CodeId(name=path, content=content) for path, content in sorted(ids.files.items())]
    names: dict[str, str] = {}
    for name, marked in (ids.tests if kind == "tests" else ids.suites).items():
        bare = bare_test(marked) if kind == "tests" else bare_suite(marked)
        names[bare] = max(names.get(bare, ""), name, key=len)
    return [CodeId(name=name, id=bare) for bare, name in sorted(names.items(), key=lambda pair: pair[1])]


class FoundTests(Answer):
    """Ids of the tests that fit."""

    test_ids: list[Key]
    total: int
    next_cursor: Key | None = Field(None, description="Pass as cursor for the ids after these.")


@tool.reads()
async def find_test_ids(
    api: Testomatio,
    by: Annotated[Literal["tag", "plan", "label", "jira"], Field(description="What value is.")],
    value: Annotated[str, Field(min_length=1, description="Tag, id of a plan, label or issue key.")],
    cursor: Cursor = None,
) -> FoundTests:
    """Find the ids of tests by tag, label, Jira issue or plan, as pipelines do to choose what to run."""
    test_ids = [bare_test(one) for one in (await api.grep_tests(by, value)).tests]
    filters = digest(asked=[by, value])
    start = max(0, decode_cursor(cursor, filters)[0]) if cursor else 0
    end = start + MOST_IDS
    next_cursor = encode_cursor([end], filters) if end < len(test_ids) else None
    return FoundTests(test_ids=test_ids[start:end], total=len(test_ids), next_cursor=next_cursor)
