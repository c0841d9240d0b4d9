"""Uploads: results of other runners, files attached to a run, and builds to test."""

from collections.abc import Iterator
from contextlib import contextmanager
from mimetypes import guess_type
from typing import Annotated, Final

from pydantic import Field

from tools.kit.errors import NotFound, OutcomeUnknown, PlatformError, Refused
from tools.kit.form import Attached, Form
from tools.kit.model import Answer
from tools.kit.reports import read_json, read_junit, read_xml
from tools.kit.text import Key, Untrusted, quote
from tools.kit.toolset import Progress, Toolset
from tools.kit.upload import DIRECTORIES, is_private, open_upload
from tools.testery.client.storage import Bytes
from tools.testery.client.testery import Testery
from tools.testery.models.orders import without_none
from tools.testery.tools.environments import EnvironmentKey, usable_environment
from tools.testery.tools.order_fields import Branch, Commit, SuiteName
from tools.testery.tools.projects import ProjectKey, known_project, known_suite
from tools.testery.tools.read_back import UNSEEN, read_back
from tools.testery.tools.runs import RunId, RunRow, known_run, row_of

tool = Toolset(Testery)

REPORTS: Final = (".xml",)
ATTACHMENTS: Final = (".json", ".xml", ".txt", ".log", ".html", ".csv", ".zip")
BUILDS: Final = (
    ".zip",
    ".tar",
    ".gz",
    ".tgz",
    ".jar",
    ".war",
    ".nupkg",
    ".whl",
    ".apk",
    ".ipa",
    ".json",
    ".js",
    ".xml",
)
LARGEST_REPORT: Final = 100 * 2**20
LARGEST_BUILD: Final = 2**30

FilePath = Annotated[str, Field(min_length=1, max_length=4000, description="Absolute path on the server's machine.")]
Kind = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,59}$", description="DotCover is the only known one.")]
BuildName = Annotated[str, Field(min_length=1, max_length=300, description="Any name; runs take it as build.")]
NameInBuild = Annotated[
    str | None, Field(min_length=1, max_length=500, description="Path inside the build. Default: the file's name.")
]


class Imported(Answer):
    """A run that was created from results."""

    done: str
    run_id: int
    run: RunRow | None = None
    next: str


class AddedFile(Answer):
    """A file that was attached to a run."""

    done: str
    run_id: int
    file: Untrusted
    bytes: int
    kind: Key


class UploadedBuild(Answer):
    """An uploaded file of a build; its address is secret and not shown."""

    done: str
    project_key: Key
    build: Untrusted
    file: Untrusted
    bytes: int
    next: str


def require_tls(api: Testery) -> None:
    """Refuse to send a file over an unencrypted connection.

    Raises:
        Refused: if the base address has no TLS.
    """
    if not is_private(api.account.base_url, api.account):
        raise Refused("The platform's base address has no TLS, so no file is sent to it.")


@tool.writes(idempotent=False, verify_with="list_test_runs")
async def upload_test_results(
    api: Testery,
    progress: Progress,
    file: FilePath,
    project_key: ProjectKey,
    environment_key: EnvironmentKey,
    suite: SuiteName = None,
    branch: Branch = None,
    commit: Commit = None,
) -> Imported:
    """Import finished results (JUnit XML) as a test run; no machine runs for it."""
    require_tls(api)
    allowed = api.account.settings.get(DIRECTORIES, "")
    async with open_upload(file, allowed=allowed, extensions=REPORTS, at_most=LARGEST_REPORT) as report:
        counts = await read_junit(report)
        project = await known_project(api, project_key)
        environment = await usable_environment(api, environment_key)
        matching = await known_suite(api, project, suite) if suite is not None else None
        fields = {
            "projectId": str(project.id),
            "environmentId": str(environment.id),
            **without_none(testSuiteId=str(matching.id) if matching is not None else None, branch=branch, ref=commit),
        }
        form = Form([Attached(report, "application/xml")], fields=fields, progress=progress)
        created = await api.upload_test_results(form)
    run = await read_back(api.test_run(created.id))
    return Imported(
        done=f"Imported {counts}." if run is not None else f"Imported {counts}. {UNSEEN}",
        run_id=created.id,
        run=row_of(run, {project.id: project_key}) if run is not None else None,
        next="testery_get_failures groups what failed.",
    )


@tool.writes(idempotent=False, verify_with=None)
async def add_run_file(
    api: Testery, progress: Progress, run_id: RunId, file: FilePath, kind: Kind = "DotCover"
) -> AddedFile:
    """Attach a file to a test run, such as its code coverage as JSON; it cannot be removed."""
    require_tls(api)
    await known_run(api, run_id)
    allowed = api.account.settings.get(DIRECTORIES, "")
    async with open_upload(file, allowed=allowed, extensions=ATTACHMENTS, at_most=LARGEST_REPORT) as upload:
        if upload.name.lower().endswith(".xml"):
            await read_xml(upload)
        elif upload.name.lower().endswith(".json"):
            await read_json(upload)
        attached = Attached(upload, guess_type(upload.name)[0] or "text/plain")
        await api.add_run_file(run_id, kind, Form([attached], progress=progress))
        return AddedFile(done="Added.", run_id=run_id, file=upload.name, bytes=upload.size, kind=kind)


@contextmanager
def upload_step(what: str) -> Iterator[None]:
    """Say in an error which step of an upload failed and what to do next, without advice about credentials."""
    try:
        yield
    except (PlatformError, Refused) as error:
        kind = OutcomeUnknown if isinstance(error, OutcomeUnknown) else PlatformError
        words = error.words if isinstance(error, PlatformError) else ""
        again = "It is safe to try again: a file replaces one of the same name."
        raise kind(f"{what} failed. {error.sentence} {again}", words=words) from error


@tool.writes(idempotent=True, verify_with=None)
async def upload_build(
    api: Testery,
    progress: Progress,
    project_key: ProjectKey,
    build: BuildName,
    file: FilePath,
    name: NameInBuild = None,
    branch: Branch = None,
    commit: Commit = None,
) -> UploadedBuild:
    """Upload one file of a build (an archive of tests or programs) that runs can then be started with."""
    require_tls(api)
    inside = name
    if inside is not None and (inside.startswith("/") or ".." in inside.split("/")):
        raise Refused("name must be a path inside the build, without a leading / and without '..'.")
    allowed = api.account.settings.get(DIRECTORIES, "")
    async with open_upload(file, allowed=allowed, extensions=BUILDS, at_most=LARGEST_BUILD) as upload:
        try:
            address = await api.upload_url(
                project_key, build=build, file=inside or upload.name, branch=branch, commit=commit
            )
        except NotFound as error:
            raise NotFound(
                f"No project {quote(project_key, at_most=60)}. testery_list_projects shows keys. Nothing was sent.",
                status=404,
            ) from error
        except OutcomeUnknown as error:
            raise PlatformError(
                f"Asking for an upload address failed. {error.sentence} No file was sent; it is safe to try again.",
                status=error.status,
                words=error.words,
            ) from error
        with upload_step("Sending the file to the storage"):
            await api.storage.put(address, Bytes(upload, progress))
        return UploadedBuild(
            done=f"Uploaded {upload.size:,} bytes.",
            project_key=project_key,
            build=build,
            file=inside or upload.name,
            bytes=upload.size,
            next="testery_start_test_run takes this build.",
        )
