"""Test cases from CSV, Gherkin and the vendor's Markdown: what would be new, changed and the same, then the import."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Final, Literal

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.cases.case import Case
from tools.kit.cases.files import CaseFiles, ReadFile, read_case_files
from tools.kit.errors import Refused
from tools.kit.model import Answer
from tools.kit.question import Lines
from tools.kit.text import Key, Untrusted, many, quote, word
from tools.kit.together import gather
from tools.kit.toolset import Progress, Toolset
from tools.kit.upload import DIRECTORIES, is_private
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import SuiteId
from tools.testomatio.models.tests import Test, plain_title
from tools.testomatio.tools.batch_rows import Planned, Row, plan_existing, put_labels, stored_tests
from tools.testomatio.tools.case_files import READERS, as_test, has_foreign_id
from tools.testomatio.tools.case_places import SEPARATOR, Path, Places, make_suites, read_places
from tools.testomatio.tools.labels import LabelValue, resolve_labels
from tools.testomatio.tools.names import SUITE
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Branch, Pairs, on_branch, place
from tools.testomatio.tools.suite_tree import titles_by_suite
from tools.testomatio.tools.test_batches import carry_out
from tools.testomatio.tools.test_changes import with_tags
from tools.testomatio.tools.written_tests import NewTest

tool = Toolset(Testomatio, needs="api")

MOST_ROWS: Final = 100
MOST_SHOWN: Final = 25

FilePath = Annotated[
    str, Field(min_length=1, max_length=4000, description="Absolute path of a .csv, .feature or .md file, or a folder.")
]
Status = Literal["new", "changed", "same", "left", "error", "created", "updated", "failed", "unknown", "not_sent"]
_OF_ROW: Final[Mapping[str, Status]] = {
    "would_create": "new",
    "would_update": "changed",
    "exists": "same",
}


class ImportRow(Answer):
    """A row of a file that is not simply the same."""

    file: Untrusted
    line: int
    title: Untrusted
    suite: Untrusted | None = None
    id: Key | None = None
    status: Key = Field(description="new, changed, left (without update), error; then created, updated, failed.")
    why: Untrusted | None = None


class CasesImported(Answer):
    """What an import would do, or has done."""

    done: str
    counts: dict[str, int]
    new_suites: list[Untrusted] = Field(default_factory=list)
    rows: list[ImportRow] = Field(default_factory=list)
    more_rows: int | None = None
    notes: list[Untrusted] = Field(default_factory=list)
    next: str | None = None


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
            one.suite_id, one.path = places.find(one.case.suites, one.case.suite_id) if not one.test.id else (None, ())
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


def _counts(entries: Sequence[_Entry], files: CaseFiles) -> dict[str, int]:
    counts = Counter(one.status for one in entries)
    counts["error"] += len(files.faults)
    return {status: count for status, count in counts.items() if count}


def _in_words(counts: Mapping[str, int]) -> str:
    names = {
        "same": "the same",
        "left": "different and left alone",
        "error": "with an error",
        "unknown": "not known",
        "not_sent": "not sent",
    }
    return ", ".join(f"{count} {names.get(status, status)}" for status, count in counts.items()) or "nothing"


def _answer(entries: Sequence[_Entry], files: CaseFiles, places: Places, notes: list[str], done: str) -> CasesImported:
    order = ("error", "failed", "unknown", "not_sent", "changed", "updated", "left", "new", "created")
    rows = [
        ImportRow(file=file.name, line=fault.line, title=fault.title, status="error", why=fault.why)
        for file, fault in files.faults
    ]
    rows += [one.row() for one in entries if one.status != "same"]
    rows.sort(key=lambda row: order.index(row.status))
    counts = _counts(entries, files)
    again = {"failed", "unknown", "not_sent"} & counts.keys()
    return CasesImported(
        done=done,
        counts=counts,
        new_suites=places.names,
        rows=rows[:MOST_ROWS],
        more_rows=len(rows) - MOST_ROWS if len(rows) > MOST_ROWS else None,
        notes=notes,
        next="Call again with the same file for what failed; tests that are there are left alone." if again else None,
    )


def _describe(lines: Lines, entries: Sequence[_Entry], files: CaseFiles, places: Places) -> None:
    """What would be done, row by row, as far as there is room."""
    for name in places.names[:MOST_SHOWN]:
        lines.add("New suite", quote(name, at_most=300))
    if len(places.names) > MOST_SHOWN:
        lines.add("Further new suites", len(places.names) - MOST_SHOWN)
    for status, name in (("changed", "Changed"), ("new", "New")):
        fitting = [one for one in entries if one.status == status and one.planned]
        for one in fitting[:MOST_SHOWN]:
            row = one.planned.row if one.planned else None
            known = f"{word(row.id)} " if row and row.id else ""
            why = f". {row.why}" if row and row.why else ""
            suite = f" in {quote(one.suite, at_most=300)}" if one.suite and not known else ""
            lines.add(name, f"{known}{quote((row.title if row else None) or one.case.title, at_most=500)}{suite}{why}")
        if len(fitting) > MOST_SHOWN:
            lines.add(f"Further {status}", len(fitting) - MOST_SHOWN)
    wrong = [(file.name, fault.line, fault.why) for file, fault in files.faults]
    wrong += [(one.file.name, one.case.line, one.error) for one in entries if one.error]
    for file_name, line, why in wrong[:MOST_SHOWN]:
        lines.add("Left out", f"line {line} of {quote(file_name, at_most=200)}: {why}")
    if len(wrong) > MOST_SHOWN:
        lines.add("Further left out", len(wrong) - MOST_SHOWN)


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
    counts, notes = _counts(entries, files), files.notes
    if foreign := [one.case.line for one in entries if has_foreign_id(one.case)]:
        ids = many(len(foreign), "id of another tool was ignored", "ids of another tool were ignored")
        notes.append(f"{ids}; these tests are found by title.")
    if dry_run:
        yield Ask(None)
        yield _answer(entries, files, places, notes, f"Nothing was sent. {_in_words(counts)}.")
        return
    todo = [one for one in entries if one.status in {"new", "changed"}]
    if not todo:
        first = next((one for one in _answer(entries, files, places, notes, "").rows if one.status == "error"), None)
        why = f" Line {first.line}: {first.why}." if first else ""
        hint = " With update, tests that differ are changed." if counts.get("left") else ""
        raise Refused(f"There is nothing to import: {_in_words(counts)}.{why}{hint}")
    lines = Lines(f"Import test cases into {place(slug, branch)}: {_in_words(counts)}?")
    if places.root is not None:
        lines.add("Below", f"{word(places.root.id)} {quote(places.root.title or '')}")
    files.add_to(lines, MOST_SHOWN)
    _describe(lines, todo + [one for one in entries if one.error], files, places)
    if counts.get("changed"):
        lines.say("The texts that are changed are replaced; there is no undo.")
    yield Ask(str(lines))
    made = await make_suites(api, slug, places, query)
    planned = [one.planned for one in todo if one.planned is not None]
    for one in todo:
        if one.path and one.planned and one.planned.entry is not None:
            one.planned.entry["suite_id"] = made[one.path]
    await carry_out(api, slug, planned, query, "created", progress)
    await put_labels(api, slug, planned, query)
    yield _answer(entries, files, places, notes, f"{_in_words(_counts(entries, files))}.")
