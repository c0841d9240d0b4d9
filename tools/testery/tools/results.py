"""Results of a run: the list, one with its details, and screenshots."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import Field

from tools.kit.errors import found
from tools.kit.failure_groups import plain_text
from tools.kit.gallery import FetchedPicture, PictureRequest, fetch_pictures, how_to_scale
from tools.kit.model import Answer, answer_from
from tools.kit.other_files import OtherFile, describe_files
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.picture import Album, in_bytes
from tools.kit.text import Key, Untrusted, clean, quote
from tools.kit.toolset import Toolset
from tools.kit.vocabulary import Said, Status
from tools.testery.client.testery import Testery
from tools.testery.models.results import Result
from tools.testery.tools.log_tail import OutputBytes, tail_of
from tools.testery.tools.projects import complete_coverage
from tools.testery.tools.run_history import explain_counts
from tools.testery.tools.runs import RunId, known_run, verdict

tool = Toolset(Testery)

ResultId = Annotated[int, Field(gt=0, description="From testery_get_results.")]
SHORT: Final = 300
"""Characters of an error in a list."""
FIRST: Final = {"failed": 0, "running": 1, "queued": 2, "unknown": 3, "skipped": 4}
"""The order of results by status; those that passed come last."""


class ResultRow(Answer):
    """A result as a list shows it."""

    result_id: int | None = None
    name: Untrusted | None = None
    file: Untrusted | None = None
    status: Status
    said: Said = None
    seconds: float | None = None
    error: str | None = None


class ResultDetails(Answer):
    """A result with its details."""

    run_id: int
    result_id: int
    name: Untrusted | None = None
    file: Untrusted | None = None
    status: Status
    said: Said = None
    seconds: float | None = None
    error: Untrusted | None = None
    stack_trace: Untrusted | None = None
    output: list[Untrusted] = Field(default_factory=list, description="Its last lines.")
    output_bytes_shown: int | None = None
    output_bytes: int | None = Field(None, description="Of the whole output.")
    screenshots: int = 0
    videos: int = Field(0, description="In the web app only.")
    link: Key | None = None
    next: str | None = None


async def known_result(api: Testery, run_id: int, result_id: int) -> Result:
    read, what = api.result(run_id, result_id), f"result {result_id}"
    return await found(read, what, listed_by="testery_get_results", within=f"Run {run_id}")


async def known_results(api: Testery, run_id: int) -> list[Result]:
    return await found(api.results(run_id), f"run {run_id}", listed_by="testery_list_test_runs")


def seconds_of(result: Result) -> float | None:
    return round(result.duration_ms / 1000, 1) if result.duration_ms is not None else None


def error_line(result: Result, at_most: int = SHORT) -> str | None:
    """The error on one line; the server cuts it after masking secrets."""
    return quote(plain_text(result.what), at_most=at_most) if result.what.strip() else None


def row_of(result: Result) -> ResultRow:
    return answer_from(ResultRow, result, result_id=result.id, seconds=seconds_of(result), error=error_line(result))


@tool.reads(full_text_in="get_result")
async def get_results(
    api: Testery,
    run_id: RunId,
    status: Annotated[list[Status] | None, Field(max_length=8, description="Any of these.")] = None,
    text: Annotated[str | None, Field(max_length=300, description="Words in name, file or error.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ResultRow]:
    """List the results of a run, failed ones first. A passed run may hold failed results."""
    run = await known_run(api, run_id)
    results = await api.results(run_id)
    rows = list(enumerate(results))
    selection: Selection[tuple[int, Result]] = Selection(
        lambda row: (FIRST.get(row[1].status, 9), row[0]), limit=limit, cursor=cursor, filters=[run_id, status, text]
    )
    words = clean(text or "").casefold().split()
    for number, result in rows:
        content = clean(f"{result.name or ''} {result.file or ''} {plain_text(result.error or '')}").casefold()
        if (not status or result.status in status) and all(word in content for word in words):
            selection.offer((number, result))
    notes = [
        verdict(run),
        explain_counts(run, results),
        None if run.is_over else "The run is not over: results are still coming.",
    ]
    note = " ".join(filter(None, notes)) or None
    return selection.page(lambda row: row_of(row[1]), complete_coverage(len(rows), selection.matched), note)


@tool.reads(long_text=True)
async def get_result(
    api: Testery,
    run_id: RunId,
    result_id: ResultId,
    output_bytes: OutputBytes = 4_000,
    output_text: Annotated[str | None, Field(max_length=300, description="Only lines with these words.")] = None,
) -> ResultDetails:
    """Read one result: error, stack trace, and the end of its output."""
    result = await known_result(api, run_id, result_id)
    tail = tail_of(result.output, output_bytes, output_text)
    next_step = None
    if result.screenshots:
        next_step = f"testery_get_screenshots with result_ids [{result_id}] shows its pictures."
    return answer_from(
        ResultDetails,
        result,
        run_id=run_id,
        result_id=result.id or result_id,
        seconds=seconds_of(result),
        error=plain_text(result.error) if result.error else None,
        stack_trace=plain_text(result.stack_trace) if result.stack_trace else None,
        output=list(tail.lines),
        output_bytes_shown=tail.shown,
        output_bytes=tail.total,
        screenshots=len(result.screenshots),
        videos=len(result.videos),
        link=await api.link("test-runs", run_id, "tests", result_id),
        next=next_step,
    )


class Shot(Answer):
    """One screenshot, and whether it is shown."""

    result_id: int
    number: int
    shown: bool
    kind: Key | None = None
    size: str | None = None
    why: str | None = Field(None, description="Why it is not shown, or only smaller.")


class Video(OtherFile):
    """A video, which the web app plays."""

    result_id: int


class Shots(Album):
    """Screenshots in the order of the list."""

    run_id: int
    link: Key | None = Field(None, description="The run's page in the web app, which has all of them.")
    screenshots: list[Shot]
    videos: list[Video] = Field(default_factory=list)
    note: str | None = None


@tool.reads()
async def get_screenshots(
    api: Testery,
    run_id: RunId,
    result_ids: Annotated[list[ResultId], Field(min_length=1, max_length=10, description="From testery_get_results.")],
    at_most: Annotated[int, Field(ge=1, le=10, description="Pictures to show.")] = 3,
) -> Shots:
    """Show the screenshots of some results of a run."""
    addresses: list[tuple[int, int, str]] = []
    videos: list[tuple[int, str]] = []
    for result_id in dict.fromkeys(result_ids):
        result = await known_result(api, run_id, result_id)
        addresses += [(result_id, number, address) for number, address in enumerate(result.screenshots, 1)]
        videos += [(result_id, address) for address in result.videos]
    fetched = await fetch_pictures(api.pictures, [PictureRequest(address) for _, _, address in addresses[:at_most]])
    note = how_to_scale(fetched)
    fetched += [FetchedPicture(why="pass a larger at_most, or fewer results") for _ in addresses[at_most:]]
    shots = []
    for index, ((result_id, number, address), one) in enumerate(zip(addresses, fetched, strict=True)):
        why = one.why
        if why and index < at_most and not api.pictures.allowed(address):
            why = f"{why}: {quote(_host(address))}"
        size = in_bytes(one.size) if one.size and (why or one.wants_pillow) else None
        shown = one.picture is not None
        shots.append(Shot(result_id=result_id, number=number, shown=shown, kind=one.mime, size=size, why=why))
    files = await describe_files(api.pictures, [address for _, address in videos])
    named = [answer_from(Video, file, result_id=owner) for (owner, _), file in zip(videos, files, strict=True)]
    needs_link = named or any(one.why for one in fetched)
    link = await api.link("test-runs", run_id, "test-results") if needs_link else None
    shown_pictures = [one.picture for one in fetched if one.picture is not None]
    return Shots(run_id=run_id, link=link, screenshots=shots, videos=named, note=note, pictures=shown_pictures)


def _host(address: str) -> str:
    """The host of a signed address; the rest is secret."""
    try:
        return urlsplit(address).hostname or "none"
    except ValueError:
        return "none"
