"""A test case of a file beside the one that it stands for: what would be sent, and what differs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Final

from pydantic import ValidationError

from tools.kit.cases.case import Case
from tools.kit.cases.files import ReadFile
from tools.kit.cases.outcome import ImportRow
from tools.kit.errors import Refused
from tools.kit.text import clean, quote
from tools.testsigma.client.settings import LookupKind
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.test_cases import TestCase
from tools.testsigma.tools.case_changes import NewCase, NewStep, lost_by, template_fields
from tools.testsigma.tools.case_places import Path
from tools.testsigma.tools.changes import changed_fields, describe_changes, not_none
from tools.testsigma.tools.identity import is_human_id, is_uuid
from tools.testsigma.tools.names import find_user, lookup_ids, normalized

_MARKED: Final = re.compile(r"(?:^|(?<=\s))@([^\s@]+-\d{1,9})(?=\s|$)")


@dataclass
class Entry:
    """A test case with its place, and what is planned for it."""

    file: ReadFile
    case: Case
    number: str | None = None
    """The human id or UUID that the file has for it."""
    title: str = ""
    folder_id: str | None = None
    path: Path = ()
    fields: dict[str, Any] = field(default_factory=dict)
    before: TestCase | None = None
    status: str = "new"
    why: str | None = None

    def fail(self, why: str) -> None:
        self.status, self.why = "error", why

    def row(self) -> ImportRow:
        return ImportRow(
            file=self.file.name,
            line=self.case.line,
            title=self.title or self.case.title,
            suite="/".join(self.case.suites) or None,
            id=self.before.key if self.before else self.number if self.status == "created" else None,
            status=self.status,
            why=self.why,
        )


def entry_of(file: ReadFile, case: Case) -> Entry:
    marked = _MARKED.search(case.title)
    tag = next((one for one in case.tags if is_human_id(one)), None)
    number = case.id if case.id and (is_human_id(case.id) or is_uuid(case.id)) else marked[1] if marked else tag
    title = " ".join(_MARKED.sub(" ", case.title).split()) or case.title
    return Entry(file, case, number.casefold() if number else None, title)


async def read_fields(api: Testsigma, one: Entry, labels: Mapping[str, str]) -> None:
    """The fields of a test case as the API takes them.

    Raises:
        Refused: for what Testsigma does not take.
    """
    case = one.case
    try:
        steps = [NewStep(action=step.action, expected=step.expected) for step in case.steps] or None
        new = NewCase(title=one.title, steps=steps, description=case.description, preconditions=case.preconditions)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "string_too_short":
            raise Refused("one of its steps has an expected result and no action") from None
        raise Refused(f"its {first['loc'][0]} is too long for Testsigma") from None
    own: dict[LookupKind, str | None] = {
        "priority": case.priority,
        "type": case.kind,
        "status": case.status,
        "automation": case.automation,
    }
    one.fields = {"title": new.title, **not_none(description=new.description, preconditions=new.preconditions)}
    one.fields |= template_fields(new.steps, None, None, needs_one=False)
    one.fields |= await lookup_ids(api, own)
    if case.owner:
        one.fields["owner_id"] = (await find_user(api, case.owner)).id
    if unknown := [label for label in case.labels if normalized(label) not in labels]:
        raise Refused(f"there is no label {quote(unknown[0])}; testsigma_list_labels shows them")
    # A feature's tags are for its runner; only those that are labels here are put on.
    names = [*case.labels, *(tag for tag in case.tags if normalized(tag) in labels)]
    if names:
        one.fields["label_ids"] = list(dict.fromkeys(labels[normalized(name)] for name in names))


def compare(one: Entry, before: TestCase, label_names: Mapping[str, str], *, update: bool) -> None:
    """Keep the fields that differ from the test case that is there; labels are only added."""
    one.before = before
    of_steps: tuple[str, ...] = ("template_type", "individual_steps")
    body = {name: one.fields.pop(name) for name in of_steps if name in one.fields}
    wanted = one.fields.pop("label_ids", [])
    has = {normalized(name) for name in before.labels}
    changed = {
        name: value
        for name, value in changed_fields(before, one.fields).items()
        if clean(str(getattr(before, name) or "")).strip() != value
    }
    if any(label_names[label] not in has for label in wanted):
        kept = [label for label, name in label_names.items() if name in has]
        changed["label_ids"] = list(dict.fromkeys([*kept, *wanted]))
    if body:
        steps = [(step.description or "", step.expected or "") for step in before.ordered_steps]
        new = [(row["step_description"], row["expected_results"]) for row in body["individual_steps"]]
        if before.template_type == "TCD":  # line n of one text belongs to line n of the other
            steps = list(zip_longest(_lines(before.steps), _lines(before.expected_results), fillvalue=""))
        if steps != new:
            if any(step.step_group_id for step in before.ordered_steps):
                one.fail("its steps have a step group in them, which the API cannot put back")
                return
            changed |= body
    one.fields = changed
    if not changed:
        one.status = "same"
        return
    lost = lost_by(before, changed)
    one.status = "changed" if update else "left"
    one.why = describe_changes(changed).replace("Changed", "Changes") + (f" It loses {lost}." if lost else "")


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines()]
