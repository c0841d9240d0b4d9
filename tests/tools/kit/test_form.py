"""A form: its fields, and any number of files behind them, each byte counted beforehand."""

import pytest

from tests.tools.kit.wire import FOUND, Thing, Wire
from tools.kit.form import Attached, Form, MadeFile
from tools.kit.sandbox.multipart import parts

pytestmark = pytest.mark.anyio


async def body(form: Form) -> bytes:
    whole = b"".join([piece async for piece in form.pieces()])
    assert form.headers["Content-Length"] == str(len(whole))
    return whole


async def test_a_form_may_have_fields_and_no_file() -> None:
    form = Form(fields={"data": '{"a": "ü"}'})
    assert [(p.name, p.text, p.filename) for p in parts(form.headers["Content-Type"], await body(form))] == [
        ("data", '{"a": "ü"}', None)
    ]


async def test_files_stand_behind_the_fields_each_under_its_name() -> None:
    files = [
        Attached(MadeFile("a.xml", b"<a/>"), "text/xml", "files"),
        Attached(MadeFile("b.txt", b""), "text/plain", "files"),
    ]
    form = Form(files, fields={"title": "Both"})
    told = [
        (p.name, p.filename, p.content_type, p.content) for p in parts(form.headers["Content-Type"], await body(form))
    ]
    assert told == [
        ("title", None, "text/plain", b"Both"),
        ("files", "a.xml", "text/xml", b"<a/>"),
        ("files", "b.txt", "text/plain", b""),
    ]


async def test_a_form_without_a_file_is_sent_as_a_write() -> None:
    wire = Wire(FOUND)
    assert await wire.client().write("PUT", "/things", content=Form(fields={"data": "1"}), into=Thing) == Thing(
        id=7, name="mug"
    )
    assert wire.arrived[0].headers["content-type"].startswith("multipart/form-data; boundary=")
