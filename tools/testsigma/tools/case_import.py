"""Test cases from CSV and Gherkin: what would be new, changed and the same, then the import."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.cases.csv_file import read_csv
from tools.kit.cases.files import CaseFiles, Readers, read_case_files
from tools.kit.cases.gherkin_file import read_gherkin
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
from tools.kit.errors import Conflict, Invalid, NotFound, OutcomeUnknown, PlatformError, Refused, UnexpectedShape
from tools.kit.question import Lines
from tools.kit.text import given, quote
from tools.kit.toolset import Progress, Toolset
from tools.testsigma.client.settings import LookupKind
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.client.variables import USER
from tools.testsigma.models.projects import Project
from tools.testsigma.models.test_cases import TestCase
from tools.testsigma.tools.case_changes import create_one, template_fields
from tools.testsigma.tools.case_entries import Entry, compare, entry_of, read_fields
from tools.testsigma.tools.case_places import Path, Places, make_folders
from tools.testsigma.tools.folder_tree import FolderRef, read_tree
from tools.testsigma.tools.identity import ProjectRef, known_project
from tools.testsigma.tools.imports import upload_directories
from tools.testsigma.tools.names import LookupName, UserRef, find_user, lookup_ids, normalized

tool = Toolset(Testsigma)

READERS: Final[Readers] = {".csv": read_csv, ".feature": read_gherkin}

FilePath = Annotated[
    str, Field(min_length=1, max_length=1000, description="Full path of a .csv or .feature file, or a folder of them.")
]


async def _plan(
    api: Testsigma, project: Project, entries: Sequence[Entry], labels: Mapping[str, str], *, update: bool
) -> None:
    """Compare with what is there: by id, then by title within the folder.

    Raises:
        Refused: when not all test cases can be read, since some could be made twice.
    """
    known: list[TestCase] = []
    walked = await api.walk_test_cases(project.id, known.append)
    if why := walked.coverage(0).why:
        raise Refused(f"Not all test cases of the project could be read ({why}), so some may be made twice.")
    by_id = {key.casefold(): case for case in known for key in (case.id, case.human_id or "") if key}
    by_title: dict[str, list[TestCase]] = {}
    for case in known:
        by_title.setdefault(normalized(case.title), []).append(case)
    label_names = {label_id: name for name, label_id in labels.items()}
    taken: dict[str, Entry] = {}
    for one in entries:
        if one.status == "error":
            continue
        titled = by_title.get(normalized(one.title), [])
        here = [case for case in titled if case.folder_id == one.folder_id]
        if one.number is not None and one.number not in by_id:
            one.fail(f"project {project.key} has no test case {quote(one.number)}; without an id it would be a new one")
            continue
        if one.number is None and len(here) > 1:
            one.fail(f"the folder has several of this title ({', '.join(case.key for case in here[:5])}); name its id")
            continue
        found = by_id[one.number] if one.number is not None else here[0] if here else None
        key = found.id if found else "/".join((one.folder_id or "", *one.path, normalized(one.title)))
        if (first := taken.setdefault(key, one)) is not one:
            one.fail(f"line {first.case.line} of {quote(first.file.name)} is the same test case")
        elif found is not None:
            if found.individual_steps is None and found.template_type != "TCD":
                found = await api.test_case(project.id, found.key)
            compare(one, found, label_names, update=update)
        elif titled:
            one.why = f"{titled[0].key} in another folder has this title; Testsigma may refuse a second one."


@tool.destroys(idempotent=True, verify_with="list_test_cases", unasked_when=lambda dry_run: dry_run)
async def import_test_cases(
    api: Testsigma,
    progress: Progress,
    project: ProjectRef,
    file: FilePath,
    priority: LookupName,
    case_type: LookupName,
    status: LookupName,
    automation: LookupName,
    folder: Annotated[FolderRef | None, Field(description="Where rows without a folder go; others below it.")] = None,
    owner: Annotated[UserRef | None, Field(description=f"Of new ones; default: {USER}.")] = None,
    update: Annotated[bool, Field(description="Also change test cases that differ.")] = False,
    dry_run: Annotated[bool, Field(description="Only show what is new, changed, the same.")] = True,
) -> Asking[CasesImported]:
    """Import test cases from CSV or Gherkin (.feature). Without dry_run, asks the user first.

    priority, case_type, status, automation: of new ones whose row has none.
    """
    files = await read_case_files(file, allowed=upload_directories(api), readers=READERS)
    parent = await known_project(api, project)
    tree = await read_tree(api, parent.id)
    if not tree.coverage.complete:
        raise Refused(f"Not all folders could be read ({tree.coverage.why}), so some may be made twice.")
    places = Places(tree, tree.find_folder(folder).id if folder else None)
    defaults: dict[LookupKind, str] = {
        "priority": priority,
        "type": case_type,
        "status": status,
        "automation": automation,
    }
    default_fields: dict[str, Any] = {**await lookup_ids(api, {**defaults})}
    if named := owner or api.account.settings.get(USER):
        default_fields["owner_id"] = (await find_user(api, named)).id
    labels = {normalized(one.name): one.id for one in (await api.labels()).rows}
    entries = [entry_of(of, case) for of, case in files.cases]
    for one in entries:
        try:
            await read_fields(api, one, labels)
            one.folder_id, one.path = places.place_of(one.case.suites) if one.number is None else (None, ())
        except Refused as error:
            one.fail(error.sentence)
    await _plan(api, parent, entries, labels, update=update)
    places.keep(one.path for one in entries if one.status == "new")
    rows = _rows(files, entries)
    notes = [*files.notes, *foreign_ids(sum(one.case.id is not None and one.number is None for one in entries))]
    if dry_run:
        yield Ask(None)
        yield answer(rows, new_suites=places.names, notes=notes, is_dry=True)
        return
    if not any(one.status in {"new", "changed"} for one in entries):
        raise Refused(nothing_to_do(rows))
    lines = Lines(f"Import test cases into project {quote(parent.display_name)}: {render_counts(rows)}?")
    lines.fields({"Folder": folder, "Owner of new ones": owner})
    words = ", ".join(f"{name} {given(value)}" for name, value in defaults.items())
    lines.add("New ones without their own", words)
    describe(lines, rows, files=files, new_suites=places.names, holder="folder")
    if any(one.status == "changed" for one in entries):
        lines.say("What is changed is replaced; there is no undo.")
    yield Ask(str(lines))
    made = await make_folders(api, parent.id, places)
    await _carry_out(api, parent, entries, made, default_fields, progress)
    yield answer(_rows(files, entries), new_suites=places.names, notes=notes)


def _rows(files: CaseFiles, entries: Sequence[Entry]) -> list[ImportRow]:
    return [*fault_rows(files), *(one.row() for one in entries)]


async def _carry_out(
    api: Testsigma,
    project: Project,
    entries: Sequence[Entry],
    made: Mapping[Path, str],
    defaults: Mapping[str, Any],
    progress: Progress,
) -> None:
    """Send one request for each test case, until one fails in a way that the next ones would too."""
    todo = [one for one in entries if one.status in {"new", "changed"}]
    for number, one in enumerate(todo, 1):
        try:
            if one.status == "changed" and one.before is not None:
                await api.update_test_case(project.id, one.before.key, one.fields)
                one.status = "updated"
            else:
                place = {"project_id": project.id, "folder_id": made[one.path] if one.path else one.folder_id}
                body = template_fields(None, None, None, needs_one=True) | {**defaults} | one.fields | place
                created, may_go_on = await create_one(api, project.id, body, is_first=number == 1 and not made)
                is_unknown = created.outcome == "unknown"
                one.status = "created" if created.outcome == "created" else "unknown" if is_unknown else "failed"
                one.number, one.why = created.id, created.why
                if not may_go_on and one.status != "created":
                    break
        except PlatformError as error:
            if number == 1 and not made:
                raise
            one.status = "unknown" if isinstance(error, OutcomeUnknown | UnexpectedShape) else "failed"
            one.why = str(error)
            if not isinstance(error, Invalid | NotFound | Conflict):
                break
        await progress(number, len(todo), f"{number} of {len(todo)}")
    for one in todo:
        if one.status in {"new", "changed"}:
            one.status = "not_sent"
