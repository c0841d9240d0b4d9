"""Test cases from CSV, Gherkin and the vendor's Markdown: what would be new, changed and the same, then the import."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Final

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.cases.case import Case
from tools.kit.cases.files import CaseFiles, ReadFile, read_case_files
from tools.kit.cases.outcome import (
    CasesImported,
    ImportRow,
    answer,
    describe,
    fault_rows,
    foreign_ids,
    nothing_to_do,
    render_counts,
)
from tools.kit.errors import Refused
from tools.kit.question import Lines
from tools.kit.text import quote, word
from tools.kit.together import gather
from tools.kit.toolset import Progress, Toolset
from tools.kit.upload import DIRECTORIES, is_private
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import SuiteId
from tools.testomatio.models.tests import Test, plain_title
from tools.testomatio.tools.batch_rows import Planned, Row, plan_existing, put_labels, stored_tests
from tools.testomatio.tools.case_files import READERS, as_test, has_foreign_id
from tools.testomatio.tools.case_places import SEPARATOR, Path, Places, make_suites, read_places
from tools.testomatio.tools.label_values import LabelValue, resolve_labels
from tools.testomatio.tools.names import SUITE
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Branch, Pairs, on_branch, place
from tools.testomatio.tools.suite_tree import titles_by_suite
from tools.testomatio.tools.test_batches import carry_out
from tools.testomatio.tools.test_changes import with_tags
from tools.testomatio.tools.written_tests import NewTest

tool = Toolset(Testomatio, needs="api")

FilePath = Annotated[
    str, Field(min_length=1, max_length=4000, description="Absolute path of a .csv, .feature or .md file, or a folder.")
]
_OF_ROW: Final[Mapping[str, str]] = {"would_create": "new", "would_update": "changed", "exists": "same"}
"""Statuses of a batch in the words of an import."""


@dataclass
class _Entry:
    """A test case with its place, and what is planned for it."""

    file: ReadFile
    case: Case
    test: NewTest | None = None
    suite_id: str | None = None
    path: Path = ()
    """Titles of the suite that has to be made for it."""
    labels: list[LabelValue] = field(default_factory=list)
    planned: Planned | None = None
    error: str | None = None
    is_left: bool = False

    @property
    def status(self) -> str:
        if self.error is not None or self.planned is None:
            return "error"
        if self.is_left:
            return "left"
        return _OF_ROW.get(self.planned.row.status, self.planned.row.status)

    @property
    def suite(self) -> str | None:
        return SEPARATOR.join(self.path or self.case.suites) or None

    def row(self) -> ImportRow:
        row = self.planned.row if self.planned else None
        return ImportRow(
            file=self.file.name,
            line=self.case.line,
            title=(row.title if row else None) or self.case.title,
            suite=self.suite,
            id=row.id if row else None,
            status=self.status,
            why=self.error or (row.why if row else None),
        )


async def _entries(api: Testomatio, project: str, files: CaseFiles, places: Places) -> list[_Entry]:
    """The test cases with their places; what the platform would not take has an error."""
    entries = [_Entry(file, case) for file, case in files.cases]
    seen: dict[tuple[str, ...], _Entry] = {}
    for one in entries:
        try:
            one.test = as_test(one.case)
            one.suite_id, one.path = (
                places.place_of(one.case.suites, one.case.suite_id) if not one.test.id else (None, ())
            )
            one.labels = await resolve_labels(api, project, one.test.labels)
        except Refused as error:
            one.error = error.sentence
            continue
        key = ("id", one.test.id) if one.test.id else (one.suite_id or "", *one.path, plain_title(one.test.title))
        if (first := seen.setdefault(key, one)) is not one:
            one.error = f"line {first.case.line} of {quote(first.file.name)} is the same test"
    for one in entries:
        if one.error is None and one.path and (why := places.conflict(one.path)) is not None:
            one.error = why
    return entries


async def _plan(api: Testomatio, project: str, entries: Sequence[_Entry], query: Pairs, *, update: bool) -> None:
    """Compare with what is there: by id, then by title within the suite."""
    suites = list(dict.fromkeys(one.suite_id for one in entries if one.suite_id and one.error is None))
    calls = [partial(titles_by_suite, api, project, suite, query) for suite in suites]
    titles = {suite: read[0].get(suite, []) for suite, read in zip(suites, await gather(calls, at_once=4), strict=True)}
    known: dict[int, str] = {}
    for number, one in enumerate(entries):
        if one.error is not None or one.test is None:
            continue
        if one.test.id:
            known[number] = one.test.id
            continue
        plain = plain_title(one.test.title)
        same = [test.id for test in titles.get(one.suite_id or "", []) if plain_title(test.title or "") == plain]
        if len(same) > 1:
            one.error = f"the suite has several tests of this title ({', '.join(same[:5])}); name one by its id"
        elif same:
            known[number] = same[0]
    first_of: dict[str, int] = {}
    for number, test_id in known.items():
        first = entries[first_of.setdefault(test_id, number)]
        if first is not entries[number]:
            entries[number].error = f"line {first.case.line} of {quote(first.file.name)} is the same test"
    stored = await stored_tests(api, project, list(dict.fromkeys(known.values())), query)
    for number, one in enumerate(entries):
        if one.error is None and one.test is not None:
            before = stored[known[number]] if number in known else None
            one.planned = _planned(number, one, one.test, known.get(number), before, update=update)
            if one.planned.row.status == "failed":
                one.error = one.planned.row.why


def _planned(
    number: int, one: _Entry, test: NewTest, test_id: str | None, before: Test | None, *, update: bool
) -> Planned:
    if test_id is None:
        title = with_tags(test.title, test.tags)
        row = Row(number=number, title=title, status="would_create")
        return Planned(row, test.wire(title, one.suite_id or ""), one.labels)
    wanted = test.model_copy(update={"id": test_id})
    if before is not None and plain_title(before.title or "") == plain_title(test.title):
        # Tags are only added: a file seldom has all that a test has.
        wanted = wanted.model_copy(update={"title": before.title or test.title})
    planned = plan_existing(number, wanted, before, one.labels, update=True)
    if not update and planned.row.status == "would_update":
        one.is_left, planned.entry, planned.labels = True, None, []
    return planned


@tool.destroys(idempotent=True, verify_with="list_tests", unasked_when=lambda dry_run: dry_run)
async def import_test_cases(
    api: Testomatio,
    progress: Progress,
    file: FilePath,
    suite_id: Annotated[SuiteId | None, SUITE, Field(description="Below this folder, or all into this suite.")] = None,
    update: Annotated[bool, Field(description="Also change tests that differ.")] = False,
    dry_run: Annotated[bool, Field(description="Only show what is new, changed, the same.")] = True,
    branch: Branch = None,
    project: ProjectSlug = None,
) -> Asking[CasesImported]:
    """Import test cases from CSV, Gherkin (.feature) or exported Markdown. Without dry_run, asks the user first."""
    if not is_private(api.account.base_url, api.account):
        raise Refused("The platform's base address has no TLS, so no file is sent to it.")
    slug = api.project_of(project)
    files = await read_case_files(file, allowed=api.account.settings.get(DIRECTORIES, ""), readers=READERS)
    query = await on_branch(api, slug, branch)
    places = await read_places(api, slug, suite_id, query)
    entries = await _entries(api, slug, files, places)
    await _plan(api, slug, entries, query, update=update)
    places.keep(one.path for one in entries if one.status == "new")
    rows = [*fault_rows(files), *(one.row() for one in entries)]
    notes = [*files.notes, *foreign_ids(sum(has_foreign_id(one.case) for one in entries))]
    if dry_run:
        yield Ask(None)
        yield answer(rows, new_suites=places.names, notes=notes, is_dry=True)
        return
    todo = [one for one in entries if one.status in {"new", "changed"}]
    if not todo:
        raise Refused(nothing_to_do(rows))
    lines = Lines(f"Import test cases into {place(slug, branch)}: {render_counts(rows)}?")
    if places.root is not None:
        lines.add("Below", f"{word(places.root.id)} {quote(places.root.title or '')}")
    describe(lines, rows, files=files, new_suites=places.names, holder="suite")
    if any(one.status == "changed" for one in todo):
        lines.say("What is changed is replaced; there is no undo.")
    yield Ask(str(lines))
    made = await make_suites(api, slug, places, query)
    planned = [one.planned for one in todo if one.planned is not None]
    for one in todo:
        if one.path and one.planned and one.planned.entry is not None:
            one.planned.entry["suite_id"] = made[one.path]
    await carry_out(api, slug, planned, query, "created", progress)
    await put_labels(api, slug, planned, query)
    rows = [*fault_rows(files), *(one.row() for one in entries)]
    yield answer(rows, new_suites=places.names, notes=notes)
