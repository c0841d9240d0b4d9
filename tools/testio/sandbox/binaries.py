"""Binary apps: uploaded here in one form, or straight into the storage and then finalized.

Where the reference is silent: a file with another extension is 422, and so is a size that differs from the stored file.
"""

from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox import multipart
from tools.kit.sandbox.attributes import attributes
from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox import storage
from tools.testio.sandbox.answers import ORIGIN, answer, found, invalid, refuse
from tools.testio.sandbox.records import BinaryApp
from tools.testio.sandbox.requests import body, integer, missing, string
from tools.testio.sandbox.world import World

routes: Routes[World] = Routes()

ENDINGS = (".ipa", ".apk", ".xap", ".appx", ".zip", ".wgt")


@routes.post("/binary_apps")
async def upload_binary(call: Call[World]) -> Response:
    """Store the file in the form field `file`."""
    world, file = call.world, _file(call)
    filename = _valid_name(file.filename or "")
    number = next(world.binary_ids)
    binary = world.binaries[number] = BinaryApp(number, filename, len(file.content), file.content_type)
    world.stored[storage.storage_key(number, filename)] = binary.file_size
    data = {"id": number, "filename": filename, "file_size": binary.file_size, "url": _file_url(binary)}
    return answer(call, {"binary_app": data}, HTTPStatus.CREATED)


@routes.get("/binary_apps/upload_url")
async def start_upload(call: Call[World]) -> Response:
    """A GET that creates a record for the file that the client then sends to the storage."""
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
async def finalize_upload(call: Call[World]) -> Response:
    """The answer has the fields of both sources."""
    world, sent = call.world, body(call)
    binary = found(world.binaries.get(call.number("binary_id")), "Binary app")
    absent = [name for name in ("filename", "file_size", "content_type") if sent.get(name) in (None, "")]
    if absent:
        raise missing(absent)
    filename, size = _valid_name(string(sent, "filename") or ""), integer(sent["file_size"], "file_size") or 0
    stored = world.stored.get(storage.storage_key(binary.id, filename))
    if stored is None:
        raise refuse(422, "The uploaded file was not found in the storage")
    if stored != size:
        raise invalid("File size is not the size of the uploaded file")
    binary.filename, binary.file_size, binary.content_type = filename, size, string(sent, "content_type")
    binary.bundle_identifier = string(sent, "bundle_identifier")
    binary.bundle_version = string(sent, "bundle_version")
    data = {
        **attributes(binary, "id", "filename", "file_size", "content_type", "bundle_identifier", "bundle_version"),
        "status": "new",
        "url": _file_url(binary),
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


def _valid_name(filename: str) -> str:
    """A file's name without folders; 422 unless it has the extension of an app."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    if not name.lower().endswith(ENDINGS):
        raise invalid(f"File must be one of {', '.join(ENDINGS)}")
    return name


def _file_url(binary: BinaryApp) -> str:
    return storage.storage_url(storage.storage_key(binary.id, binary.filename or ""))
