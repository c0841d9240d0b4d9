"""Uploads an app for testers, from a directory that the operator allows."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import anyio
from pydantic import Field

from tools.kit.errors import IN_DOUBT, OutcomeUnknown, PlatformError, Refused
from tools.kit.form import Attached, Form
from tools.kit.model import Answer, not_none
from tools.kit.text import Key, Untrusted
from tools.kit.toolset import Progress, Toolset
from tools.kit.upload import DIRECTORIES, OpenFile, is_private, open_upload
from tools.testio.client.testio import TestIO
from tools.testio.models.binary_apps import UploadedApp

tool = Toolset(TestIO)

logger = logging.getLogger(__name__)

EXTENSIONS = (".ipa", ".apk", ".xap", ".appx", ".zip", ".wgt")
LARGEST = 2**30
DIRECT = 50 * 2**20
"""Larger files go straight to the storage by default: the gateway limits the time of a request."""
TYPES = {".apk": "application/vnd.android.package-archive", ".zip": "application/zip"}


class Uploaded(Answer):
    """An app that was uploaded for testers."""

    done: str
    binary_app_id: int
    file: Untrusted
    bytes: int
    content_type: Key
    status: Key | None = None
    next: str = (
        "testio_create_test_environment with this binary_app_id gives it to testers. Keep the id: no tool lists it."
    )


class _Steps:
    """What has been done so far, for the error of a step that fails."""

    def __init__(self) -> None:
        self.done = "Nothing was uploaded."

    @contextmanager
    def of(self, step: str, remains: str, *, external: bool = False) -> Iterator[None]:
        try:
            yield
        except PlatformError as error:
            in_doubt = f": {IN_DOUBT}" if isinstance(error, OutcomeUnknown) else "."
            why = error.sentence if error.status is None else f"It answered {error.status}{in_doubt}"
            # A refusal by the storage says nothing about our credential; `remains` says what is left behind.
            kind = PlatformError if external or isinstance(error, OutcomeUnknown) else type(error)
            raise kind(f"{step} failed. {why} {self.done} {remains}", status=error.status, words=error.words) from error
        except anyio.get_cancelled_exc_class():
            logger.warning("an upload was cancelled: %s failed; %s", step, self.done)
            raise


@tool.writes(idempotent=False, verify_with=None)
async def upload_binary_app(
    api: TestIO,
    progress: Progress,
    file: Annotated[
        str, Field(min_length=1, description="Absolute path; .ipa .apk .xap .appx .zip .wgt, up to 1 GiB.")
    ],
    bundle_identifier: Annotated[
        str | None,
        Field(min_length=1, max_length=250, description="Such as com.example.shop; not with presigned false."),
    ] = None,
    bundle_version: Annotated[
        str | None, Field(min_length=1, max_length=100, description="Such as 4.2.0; not with presigned false.")
    ] = None,
    presigned: Annotated[bool | None, Field(description="Upload in three steps. Default: over 50 MiB.")] = None,
) -> Uploaded:
    """Upload an app for testers, from a directory that TESTDESK_UPLOAD_DIRS allows on the server's machine."""
    if presigned is False and (bundle_identifier or bundle_version):
        raise Refused("bundle_identifier and bundle_version are for presigned uploads only.")
    if not is_private(api.account.base_url, api.account):
        raise Refused("The platform's base address has no TLS, so no file is sent there.")
    allowed = api.account.settings.get(DIRECTORIES, "")
    async with open_upload(file, allowed=allowed, extensions=EXTENSIONS, at_most=LARGEST) as found:
        kind = TYPES.get(Path(found.name).suffix.lower(), "application/octet-stream")
        about = not_none(bundle_identifier=bundle_identifier, bundle_version=bundle_version)
        in_steps = presigned if presigned is not None else bool(about) or found.size > DIRECT
        if in_steps:
            app = await _in_steps(api, found, kind, about, progress)
        else:
            app = await api.upload_binary_app(Form([Attached(found, kind)], progress=progress))
        return Uploaded(
            done=f"Uploaded {found.size:,} bytes{' through the storage' if in_steps else ''}.",
            binary_app_id=app.id,
            file=found.name,
            bytes=found.size,
            content_type=kind,
            status=app.status,
        )


async def _in_steps(api: TestIO, file: OpenFile, kind: str, about: dict[str, Any], progress: Progress) -> UploadedApp:
    """Request an upload URL, send the file there, and finalize; an error says what the steps before it left behind."""
    steps = _Steps()
    restart = "Calling again starts over with another binary app; the API cannot delete one."
    with steps.of("Requesting an upload URL", "At most an empty binary app was created. Calling again is safe."):
        place = await api.binary_app_upload_url()
    steps.done = f"Binary app {place.binary_app_id} was created and stays empty without its file."
    with steps.of("Sending the file to the storage", restart, external=True):
        form = Form([Attached(file, kind)], fields=place.fields_for(file.name), progress=progress)
        await api.storage.take(place.url, form)
    steps.done = f"The file is in the storage; binary app {place.binary_app_id} cannot be used until it is finalized."
    wanted = {"filename": file.name, "file_size": file.size, "content_type": kind}
    with steps.of("Finalizing", restart):
        return await api.finalize_binary_app(place.binary_app_id, wanted | about)
