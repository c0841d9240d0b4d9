"""Forms with files, as a sandbox reads them."""

import httpx
import pytest

from tools.kit.sandbox.multipart import NotMultipart, Part, parts

TYPE = "multipart/form-data; boundary=edge"


def test_fields_and_files_come_out_as_a_client_put_them_in() -> None:
    content = b"\r\n--edge of the world\r\n\x00\xff--\r\n"
    request = httpx.Request(
        "POST",
        "http://x",
        data={"key": "a/${filename}", "word": "ahøj"},
        files={"file": ("app 1.apk", content, "application/zip")},
    )
    found = parts(request.headers["content-type"], request.read())
    assert [(part.name, part.text) for part in found[:2]] == [("key", "a/${filename}"), ("word", "ahøj")]
    assert found[2] == Part("file", content, "app 1.apk", "application/zip")


def test_an_empty_file_is_a_file() -> None:
    body = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n\r\n--edge--\r\n'
    assert parts(TYPE, body) == [Part("file", b"", "a.zip")]


def test_the_boundary_may_be_quoted_and_names_need_no_quotes() -> None:
    body = b"--an edge\r\ncontent-disposition: form-data; name=word\r\n\r\nahoy\r\n--an edge--"
    assert parts('Multipart/Form-Data; charset=utf-8; boundary="an edge"', body)[0].text == "ahoy"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"--edge--"),
        ("multipart/mixed; boundary=edge", b"--edge--"),
        (TYPE, b""),
        (TYPE, b'--edge\r\nContent-Disposition: form-data; name="a"\r\n\r\nno end'),
        (TYPE, b"--edge\r\nContent-Type: text/plain\r\n\r\nno name\r\n--edge--"),
        (TYPE, b'--edge\r\nContent-Disposition: form-data; name="no gap"\r\n--edge--'),
    ],
)
def test_what_is_no_form_is_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(NotMultipart):
        parts(content_type, body)
