"""Importing a JUnit file into a run, and waiting for the import to end."""

import re
from typing import Annotated, Final

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.errors import NotFound, PlatformError, Refused
from tools.kit.form import Attached, Form
from tools.kit.model import Answer
from tools.kit.reports import read_junit
from tools.kit.text import Key, Untrusted, many, quote
from tools.kit.toolset import Progress, Toolset
from tools.kit.upload import DIRECTORIES, is_private, open_upload
from tools.kit.vocabulary import Said
from tools.kit.wait import Minutes, Pace, wait_until
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.imports import JUnitImport
from tools.testsigma.models.projects import Project
from tools.testsigma.tools.identity import ProjectOfId, ProjectRef, RunId, known_project
from tools.testsigma.tools.run_view import describe_run, open_run, results_of
from tools.testsigma.tools.statuses import count_untested

tool = Toolset(Testsigma)

EXTENSIONS: Final = (".xml",)
LARGEST: Final = 25 * 2**20
PACE: Final = Pace(first=2.0, last=15.0)
SANDBOX_PACE = Pace(first=0.05, last=0.5)

_IMPORT_ID: Final = re.compile(r"[0-9A-Za-z-]{1,80}")

FilePath = Annotated[str, Field(min_length=1, max_length=1000, description="Full path of a .xml file on the server.")]


class ImportState(Answer):
    """The state of an import; errors name what was not imported."""

    done: str
    import_id: Key
    status: Said = None
    run_id: Key | None = None
    imported: int | None = None
    failed: int | None = None
    errors: list[Untrusted] = Field(default_factory=list)
    next: str | None = None


def import_state(import_id: str, answer: JUnitImport, *, project: str, run_id: str | None = None) -> ImportState:
    details, status = answer.details, (answer.status or "").casefold()
    failed = None if details is None else details.failed_count
    if not answer.has_ended:
        done = "Still running."
        next_ = f"testsigma_get_import with project {project} and this import_id shows how it ends."
    elif status == "failed":
        done, next_ = "The import failed; results may be missing.", "testsigma_get_run_results shows what is there."
    else:
        done = f"Imported, but for {many(failed, 'result')} that the platform rejected." if failed else "Imported."
        next_ = "testsigma_get_run_results shows the results."
    return ImportState(
        done=done,
        import_id=import_id,
        status=answer.status,
        run_id=run_id,
        imported=None if details is None else details.imported_count,
        failed=failed,
        errors=[] if details is None else details.errors,
        next=next_,
    )


def upload_directories(api: Testsigma) -> str:
    """The directories that files may be uploaded from.

    Raises:
        Refused: when the connection to the platform is not encrypted.
    """
    if not is_private(api.account.base_url, api.account):
        raise Refused("The platform's base address has no TLS, so no file is uploaded.")
    return api.account.settings.get(DIRECTORIES, "")


@tool.destroys(idempotent=False, verify_with="get_run_results")
async def import_junit_results(
    api: Testsigma,
    progress: Progress,
    run_id: RunId,
    file: FilePath,
    project: ProjectOfId = None,
    minutes: Minutes = 3,
) -> Asking[ImportState]:
    """Load a JUnit file into a run, overwriting statuses, and wait for its end. Asks the user first."""
    async with open_upload(file, allowed=upload_directories(api), extensions=EXTENSIONS, at_most=LARGEST) as found:
        counts, digest = await read_junit(found), await found.digest()
        about = f"{quote(found.name)} ({found.size:,} bytes, SHA-256 {digest}\u2026; {counts})"
        owner, run = await open_run(api, run_id, project)
        results = await results_of(api, owner, run)
        recorded = len(results.rows) - count_untested(results.rows)
        by_status = f" ({results.counts.describe()})" if results.rows else ""
        cases = many(len(results.rows), "test case", complete=results.coverage.complete)
        yield Ask(
            f"Load the JUnit file {about} into {describe_run(run)} of project {quote(owner.display_name)}? "
            f"It overwrites the statuses of the test cases that it names; {recorded or 'none'} of {cases} "
            f"{'has' if recorded == 1 else 'have'} a result so far{by_status}. How Testsigma matches names to test "
            "cases is not documented. There is no undo."
        )
        form = Form([Attached(found, "application/xml", name="junit_xml")], progress=progress)
        started = await api.start_import(owner.id, run.key, form)
    if started.id is None:
        raise NotFound(
            "The file was accepted, but the answer has no import id. testsigma_get_run_results shows the results."
        )
    try:
        seen = await follow_import(api, owner, started.id, minutes, progress)
    except PlatformError as error:
        raise type(error)(
            f"The import was started as {started.id}, but its state could not be read. {error.sentence} "
            f"testsigma_get_import with project {owner.key} and that id shows how it ends; do not start it again.",
            status=error.status,
            words=error.words,
        ) from error
    yield import_state(started.id, seen, project=owner.key, run_id=run.key)


async def follow_import(
    api: Testsigma, project: Project, import_id: str, minutes: float, progress: Progress
) -> JUnitImport:
    """Read an import until it ends, for at most so many minutes."""
    waited = await wait_until(
        lambda: api.junit_import(project.id, import_id),
        lambda seen: seen.has_ended,
        minutes=minutes,
        pace=SANDBOX_PACE if api.is_sandbox else PACE,
        say=lambda seen: f"import {seen.status or 'without a status'}",
        progress=progress,
    )
    return waited.seen


@tool.reads(long_text=True)
async def get_import(
    api: Testsigma,
    progress: Progress,
    project: ProjectRef,
    import_id: Annotated[str, Field(min_length=1, max_length=80, description="From testsigma_import_junit_results.")],
    minutes: Minutes = 0,
) -> ImportState:
    """Show how far a JUnit import is, and which results were not imported."""
    owner = await known_project(api, project)
    if _IMPORT_ID.fullmatch(import_id) is None:
        raise Refused(f"{import_id[:80]!r} is no import's id; testsigma_import_junit_results returns one.")
    try:
        seen = await follow_import(api, owner, import_id, minutes, progress)
    except NotFound as error:
        raise NotFound(f"Project {owner.key} has no import {import_id}.", status=404) from error
    return import_state(import_id, seen, project=owner.key, run_id=seen.run)
