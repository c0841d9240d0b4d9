"""Testery's failing tests as defects, for trackers."""

from typing import Final

from tools.kit.defect import Content, Defect, DefectFile, DefectSource, facts_of
from tools.kit.defect_files import file_name_of, load_file
from tools.kit.failure_defect import (
    FailureFinder,
    FailureItem,
    describe_seconds,
    marker_of,
    title_of_failure,
    with_stack,
)
from tools.kit.webhook import Inbox
from tools.testery.client.testery import Testery
from tools.testery.models.results import Result
from tools.testery.models.runs import Run
from tools.testery.tools.log_tail import Tail, lines_of, tail_of
from tools.testery.tools.lookup import KEY
from tools.testery.tools.projects import project_keys
from tools.testery.tools.results import known_result, known_results
from tools.testery.tools.runs import known_run
from tools.testery.tools.survey import run_number

TITLE: Final = "Testery"
EXAMPLE: Final = "902114/90211400009"
OUTPUT_BYTES: Final = 8_000
"""The end of a test's output that goes along."""
FINDER: Final = FailureFinder[Result](
    id_of=lambda one: str(one.id) if one.id is not None else None,
    title_of=lambda one: one.name,
    status_of=lambda one: one.status,
    same=lambda one: one.test,
    lister="testery_get_results",
)


async def read(api: Testery, item: str, inbox: Inbox | None) -> Defect:
    """A failed result of a run, with its stack and the end of its output."""
    wanted = FailureItem.of(item, EXAMPLE)
    run = await known_run(api, run_number(wanted.run))
    listed = FINDER.failed_result(await known_results(api, run.id), wanted)
    detail = await known_result(api, run.id, listed.id) if listed.id is not None else listed
    page = ("test-runs", run.id, "tests", listed.id) if listed.id is not None else ("test-runs", run.id, "test-results")
    keys = await project_keys(api)
    link = await api.link(*page)
    return _defect_of(run, listed, detail, keys.get(run.project_id or 0, ""), link or "")


def _defect_of(run: Run, listed: Result, detail: Result, project: str, link: str) -> Defect:
    """A defect; its marker follows from what the list has, which every run's results come from."""
    item = FailureItem(str(run.id), str(listed.id) if listed.id is not None else listed.name or "")
    tail = tail_of(detail.output, OUTPUT_BYTES)
    error = "\n".join(lines_of(detail.error or listed.error))
    stack = "\n".join(lines_of(detail.stack_trace or listed.stack_trace))
    return Defect(
        platform=KEY,
        title_of_platform=TITLE,
        item=str(item),
        kind="failure",
        marker=marker_of(KEY, "\n".join((project or str(run.project_id or ""), *listed.test)), listed.what),
        title=title_of_failure(listed.name, item.test),
        level="normal",
        link=link,
        error=with_stack(error, stack),
        output="\n".join(tail.lines),
        facts=facts_of(
            ("Run", f"{run.id} {run.name or run.test_name or ''}"),
            ("Project", project),
            ("Environment", run.environment_key),
            ("File", listed.file),
            ("Branch", run.branch),
            ("Commit", run.commit),
            ("Build", run.build),
            ("Started", run.started_at or run.at),
            ("Duration", describe_seconds(listed.duration_ms)),
            ("Output", _left_out(tail)),
        ),
        files=tuple(DefectFile(_name_of(detail, number)) for number in range(len(_addresses(detail)))),
        product=project or str(run.project_id or ""),
        where=project,
    )


def _left_out(tail: Tail) -> str | None:
    return f"the last {tail.shown} of {tail.total} bytes" if tail.left_out else None


def _addresses(result: Result) -> list[str]:
    return [*result.screenshots, *result.videos]


def _name_of(result: Result, number: int) -> str:
    kind = "screenshot" if number < len(result.screenshots) else "video"
    return file_name_of(_addresses(result)[number]) or f"{kind} {number + 1}"


async def content(api: Testery, defect: Defect, number: int) -> Content:
    """Load a screenshot or video; the result is read again, since the address of a file expires.

    Raises:
        Refused: for a file that is not there any more, from a host that is not allowed, or over the limit.
    """
    wanted = FailureItem.of(defect.item, EXAMPLE)
    run_id, addresses = run_number(wanted.run), list[str]()
    if wanted.test.isascii() and wanted.test.isdecimal():
        addresses = _addresses(await known_result(api, run_id, int(wanted.test)))
    return await load_file(api.pictures, defect, number, addresses[number] if 0 <= number < len(addresses) else None)


defects = DefectSource(
    says=f"the ids of a run and of a failed result in it, such as {EXAMPLE}", read=read, content=content
)
