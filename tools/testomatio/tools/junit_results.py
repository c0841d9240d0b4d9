"""Results in JUnit files, or a folder of them, as results of a run: matched to tests, asked about, sent in batches."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.errors import PlatformError, Refused
from tools.kit.junit import JUnitFile, JUnitResult, read_junit_results
from tools.kit.model import Answer
from tools.kit.question import Lines
from tools.kit.text import Key, Untrusted, many, quote
from tools.kit.text import given as given_text
from tools.kit.toolset import Progress, Toolset
from tools.kit.upload import DIRECTORIES, is_private, open_upload
from tools.kit.upload_folder import files_in
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.report_matching import Matcher, names_of
from tools.testomatio.tools.reported_results import (
    BATCH,
    NotAccepted,
    Outcome,
    ReportedResult,
    count_visible,
    send_batch,
)
from tools.testomatio.tools.reporting import change_reported_run, default_project
from tools.testomatio.tools.result_changes import RECORD
from tools.testomatio.tools.run_changes import Env, Title, given
from tools.testomatio.tools.runs import RunId, describe, known_run
from tools.testomatio.tools.scope import place

tool = Toolset(Testomatio, needs="report")

EXTENSIONS: Final = (".xml",)
LARGEST: Final = 50 * 2**20
MOST_FILES: Final = 200
MOST_SHOWN: Final = 25

FilePath = Annotated[
    str, Field(min_length=1, max_length=4000, description="Absolute path of a .xml file or a folder of them.")
]


class Unmatched(Answer):
    """A result without a test."""

    test: Untrusted
    why: str


class JUnitImported(Answer):
    """The outcome of an import."""

    done: str
    run_id: Key | None = None
    matched_by: dict[str, int] = Field(default_factory=dict)
    accepted: int | None = None
    seen: int | None = Field(default=None, description="How many of them the run shows already.")
    unmatched: list[Unmatched] = Field(default_factory=list, description="Without create they are not sent.")
    more_unmatched: int | None = None
    not_accepted: list[NotAccepted] = Field(default_factory=list)
    why: list[str] = Field(default_factory=list)
    next: str


@dataclass
class _Plan:
    """The files of a call, and what is sent of them."""

    files: list[JUnitFile]
    results: list[ReportedResult] = field(default_factory=list)
    how: Counter[str] = field(default_factory=Counter)
    unmatched: list[Unmatched] = field(default_factory=list)

    @property
    def all_results(self) -> list[JUnitResult]:
        return [result for file in self.files for result in file.results]

    @property
    def seconds(self) -> float | None:
        times = [one.milliseconds for one in self.all_results if one.milliseconds is not None]
        return round(sum(times) / 1000, 3) if times else None

    def describe(self) -> str:
        """How many results there are and how they were matched."""
        how = ", ".join(f"{count} by {words}" for words, count in self.how.items())
        without = f"{many(len(self.unmatched), 'result')} without a test" if self.unmatched else ""
        return "; ".join(filter(None, (f"matched: {how}" if how else "none matches a test", without)))


def _plan(files: list[JUnitFile], matcher: Matcher, *, create: bool) -> _Plan:
    plan = _Plan(files)
    for result in plan.all_results:
        match, names = matcher.match(result), names_of(result)
        if match.test_id is None:
            plan.unmatched.append(Unmatched(test=result.name, why=match.how))
            if not create or match.how.startswith(("Several", "The project")):
                continue
        else:
            plan.how[match.how] += 1
        plan.results.append(
            ReportedResult(
                status=result.status,
                test_id=match.test_id,
                title=names.title,
                suite_title=names.suite,
                file=result.file,
                message=result.message,
                stack=result.stack,
                run_time_ms=result.milliseconds,
                rid=result.key,
                example={"example": names.example} if names.example else None,
                overwrite=True,  # the same file again is no retry
            )
        )
    return plan


async def _read(api: Testomatio, path: str) -> list[JUnitFile]:
    """Read all files.

    Raises:
        Refused: for a file that cannot be read, and where the platform's address has no TLS.
    """
    if not is_private(api.account.base_url, api.account):
        raise Refused("The platform's base address has no TLS, so no file is sent to it.")
    allowed = api.account.settings.get(DIRECTORIES, "")
    files: list[JUnitFile] = []
    for one in await files_in(path, allowed=allowed, extensions=EXTENSIONS, at_most=MOST_FILES):
        async with open_upload(one, allowed=allowed, extensions=EXTENSIONS, at_most=LARGEST) as opened:
            files.append(await read_junit_results(opened, taken=sum(len(file.results) for file in files)))
    return files


@tool.destroys(idempotent=False, verify_with="list_results", unasked_when=lambda dry_run: dry_run)
async def import_junit_results(
    api: Testomatio,
    progress: Progress,
    file: FilePath,
    run_id: Annotated[RunId | None, Field(description="Default: a new run, finished afterwards.")] = None,
    title: Annotated[Title | None, Field(description="Of the new run.")] = None,
    env: Env = None,
    create: Annotated[bool, Field(description="Create tests for names that match none.")] = False,
    dry_run: Annotated[bool, Field(description="Only say what matches.")] = False,
    project: ProjectSlug = None,
) -> Asking[JUnitImported]:
    """Import JUnit XML of pytest, Jest, Playwright, CI into a run. Asks the user first.

    Matches by @T1a2b3c4d in the name, then suite and title. Into the same run again, it overwrites.
    """
    if run_id is not None and (title or env):
        raise Refused("title and env are for a new run; testomatio_update_reported_run changes one.")
    files = await _read(api, file)
    plan = _plan(files, Matcher(await api.id_map()), create=create)
    if dry_run:
        yield Ask(None)
        yield _answer(
            plan,
            done=f"Nothing was sent. {many(len(plan.results), 'result')} would be; {plan.describe()}.",
            following="Call it again without dry_run.",
        )
        return
    if not plan.results:
        first = "".join(f" {quote(one.test)}: {one.why}" for one in plan.unmatched[:3])
        raise Refused(f"No result matches a test.{first} With create, tests are made for unknown names.")
    slug = default_project(api, project)
    run = await known_run(api, slug, run_id) if run_id and slug else None
    where = place(slug) if slug else "the project of the token"
    into = f"{describe(run)} of {where}" if run else f"run {given_text(run_id)}" if run_id else f"a new run of {where}"
    lines = Lines(f"Report {many(len(plan.results), 'result')} of JUnit files into {into}?")
    lines.fields({"Title": title, "Environment": env})
    for one in files[:MOST_SHOWN]:
        lines.add("File", f"{quote(one.name)} ({one.size:,} bytes, SHA-256 {one.digest}\u2026; {one.report})")
    if len(files) > MOST_SHOWN:
        tests = sum(one.report.tests for one in files[MOST_SHOWN:])
        lines.add("Further files", f"{len(files) - MOST_SHOWN}, with {many(tests, 'test')}")
    lines.add("Tests", plan.describe())
    for missed in plan.unmatched[:MOST_SHOWN]:
        lines.add("Without a test", f"{quote(missed.test)}. {missed.why}")
    if plan.unmatched:
        made = sum(result.test_id is None for result in plan.results)
        lines.say(f"{many(made, 'test')} would be created." if made else "What has no test is left out.")
    lines.say(
        f"Results that the run has from the same file are overwritten. {RECORD if run and run.is_over else ''}".strip()
        if run_id
        else "The run is finished afterwards; the API cannot delete it."
    )
    yield Ask(str(lines))
    if run_id is None:
        fields = given(title=title or f"JUnit: {files[0].name}", env=env, kind="automated")
        run_id = (await api.open_reported_run(fields)).uid
        if not run_id:
            raise PlatformError("The run was opened, but the answer has no id. testomatio_list_runs shows it.")
        is_new = True
    else:
        is_new = False
    sent = await _send_all(api, run_id, plan.results, progress, create=create)
    words = f"{sent.accepted} of {many(len(plan.results), 'result')} accepted"
    following = f"testomatio_list_results with run_id {run_id} shows them, a few seconds later."
    if is_new and not sent.stopped:
        try:
            await change_reported_run(api, run_id, given(status_event="finish", duration=plan.seconds))
            words += "; the run is finished"
        except PlatformError as error:
            sent.why.append(f"The run could not be finished: {error}")
            following = f"testomatio_finish_reported_run with run_id {run_id} finishes it."
    elif sent.stopped:
        following = f"Call it again with run_id {run_id}: results that arrived are overwritten, not doubled."
    yield _answer(
        plan,
        done=f"{words}.",
        run_id=run_id,
        accepted=sent.accepted,
        seen=None if slug is None else await count_visible(api, slug, run_id, plan.results),
        sent=sent,
        following=following,
    )


@dataclass
class _Sent:
    """What came of the batches."""

    accepted: int = 0
    rows: list[NotAccepted] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    stopped: bool = False


async def _send_all(
    api: Testomatio, run_id: str, results: Sequence[ReportedResult], progress: Progress, *, create: bool
) -> _Sent:
    """Send the results in batches, until a batch shows that the next ones would fail too."""
    sent = _Sent()
    for batch, start in enumerate(range(0, len(results), BATCH)):
        part = results[start : start + BATCH]
        outcome: Outcome | None = "not sent"
        if not sent.stopped:
            wires = [one.wire(api, create=create and one.test_id is None) for one in part]
            outcome, words, sent.stopped = await send_batch(api, run_id, wires, batch)
            sent.why += [f"Results {start + 1} to {start + len(part)}: {words}"] if words else []
        if outcome is None:
            sent.accepted += len(part)
        else:
            sent.rows += [
                NotAccepted(number=start + place, test=one.name, outcome=outcome) for place, one in enumerate(part, 1)
            ]
        await progress(start + len(part), len(results), f"{start + len(part)} of {len(results)} sent")
    return sent


def _answer(
    plan: _Plan,
    *,
    done: str,
    following: str,
    run_id: str | None = None,
    accepted: int | None = None,
    seen: int | None = None,
    sent: _Sent | None = None,
) -> JUnitImported:
    left = len(plan.unmatched) - MOST_SHOWN
    return JUnitImported(
        done=done,
        run_id=run_id,
        matched_by=dict(plan.how),
        accepted=accepted,
        seen=seen,
        unmatched=plan.unmatched[:MOST_SHOWN],
        more_unmatched=left if left > 0 else None,
        not_accepted=sent.rows if sent else [],
        why=sent.why if sent else [],
        next=following,
    )
