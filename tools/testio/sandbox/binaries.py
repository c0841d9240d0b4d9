"""Binary apps: uploaded here in one form, or straight into the storage and then finalized.

Where the reference is silent: a file with another ending is 422, and so is a size that is not the stored file's.
"""

from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox import multipart
from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox import storage
from tools.testio.sandbox.answers import ORIGIN, answer, invalid, not_found, refuse
from tools.testio.sandbox.records import BinaryApp
from tools.testio.sandbox.requests import body, integer, missing, string
from tools.testio.sandbox.world import World

routes: Routes[World] = Routes()

ENDINGS = (".ipa", ".apk", ".xap", ".appx", ".zip", ".wgt")


@routes.post("/binary_apps")
async def upload(call: Call[World]) -> Response:
    """Take the file out of the form field `file`."""
    world, file = call.world, _file(call)
    filename = _fitting(file.filename or "")
    number = next(world.binary_ids)
    binary = world.binaries[number] = BinaryApp(number, filename, len(file.content), file.content_type)
    world.stored[storage.key(number, filename)] = binary.file_size
    data = {"id": number, "filename": filename, "file_size": binary.file_size, "url": _address(binary)}
    return answer(call, {"binary_app": data}, HTTPStatus.CREATED)


@routes.get("/binary_apps/upload_url")
async def start_upload(call: Call[World]) -> Response:
    """A GET that makes a row: what a client sends to the storage belongs to it."""
    world, number = call.world, next(call.world.binary_ids)
    world.binaries[number] = BinaryApp(number)
    return answer(
        call,
        {
            "binary_app_id": number,
            "url": f"{ORIGIN}{storage.STORAGE}/",
            "fields": storage.form_fields(number, world.now()),
        },
    )


@routes.put("/binary_apps/{binary_id:int}")
async def finalize(call: Call[World]) -> Response:
    """The answer holds what either source shows."""
    world, binary, sent = call.world, call.world.binaries.get(call.number("binary_id")), body(call)
    if binary is None:
        raise not_found("Binary app")
    absent = [name for name in ("filename", "file_size", "content_type") if sent.get(name) in (None, "")]
    if absent:
        raise missing(absent)
    filename, size = _fitting(string(sent, "filename") or ""), integer(sent["file_size"], "file_size") or 0
    stored = world.stored.get(storage.key(binary.id, filename))
    if stored is None:
        raise refuse(422, "The uploaded file was not found in the storage")
    if stored != size:
        raise invalid("File size is not the size of the uploaded file")
    binary.filename, binary.file_size, binary.content_type = filename, size, string(sent, "content_type")
    binary.bundle_identifier = string(sent, "bundle_identifier")
    binary.bundle_version = string(sent, "bundle_version")
    data = {
        "id": binary.id,
        "filename": binary.filename,
        "file_size": binary.file_size,
        "content_type": binary.content_type,
        "bundle_identifier": binary.bundle_identifier,
        "bundle_version": binary.bundle_version,
        "status": "new",
        "url": _address(binary),
    }
    return answer(call, {"binary_app": data})


def _file(call: Call[World]) -> multipart.Part:
    try:
        parts = multipart.parts(call.content_type, call.body)
    except multipart.NotMultipart as error:
        raise missing(["file"]) from error
    file = next((part for part in parts if part.name == "file" and part.filename), None)
    if file is None:
        raise missing(["file"])
    return file


def _fitting(filename: str) -> str:
    """A file's name without folders, if it ends as an app does."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    if not name.lower().endswith(ENDINGS):
        raise invalid(f"File must be one of {', '.join(ENDINGS)}")
    return name


def _address(binary: BinaryApp) -> str:
    return storage.address(storage.key(binary.id, binary.filename or ""))
