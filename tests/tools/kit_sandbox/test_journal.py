"""What the journal keeps of a body: all that a test asserts, and no credential."""

import json
from typing import Any

import pytest

from tools.kit.sandbox.clock import STORY_START
from tools.kit.sandbox.journal import Journal

BOUNDARY = "multipart/form-data; boundary=b"


def noted(body: bytes, content_type: str = "application/json") -> Any:
    headers = [("Content-Type", content_type)]
    return (
        Journal()
        .record(
            at=STORY_START, platform=None, method="POST", path="/", query=[], headers=headers, body=body, status=200
        )
        .body
    )


@pytest.mark.parametrize("name", ["api_key", "API_TOKEN", "jwt", "token"])
def test_a_credential_in_a_body_is_not_kept_however_deep_it_stands(name: str) -> None:
    body = json.dumps({name: "hush", "rows": [{"inside": {name: "hush"}, "title": "mug"}], "empty": {name: None}})
    kept = noted(body.encode())
    assert "hush" not in str(kept)
    assert kept["rows"][0]["title"] == "mug"
    assert kept["empty"] == {name: None}


def test_the_password_of_a_login_is_not_kept_and_one_that_is_data_is() -> None:
    assert noted(b'{"email": "a@b.example", "password": "hush"}') == {"email": "a@b.example", "password": "present"}
    assert noted(b'{"title": "Staging", "password": "data"}') == {"title": "Staging", "password": "data"}


def test_a_form_is_kept_as_its_fields_and_the_sizes_of_its_files() -> None:
    form = (
        b'--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n{"a": 1}\r\n'
        b'--b\r\nContent-Disposition: form-data; name="api_key"\r\n\r\nhush\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="r.xml"\r\n'
        b"Content-Type: text/xml\r\n\r\n<a/>\r\n"
        b"--b--\r\n"
    )
    assert noted(form, BOUNDARY) == {
        "form": [
            ("data", '{"a": 1}'),
            ("api_key", "present"),
            ("file", {"filename": "r.xml", "content_type": "text/xml", "bytes": 4}),
        ]
    }


def test_a_form_in_an_address_like_body_is_kept_without_its_credential() -> None:
    kind = "application/x-www-form-urlencoded"
    assert noted(b"email=a%40b.example&password=hush", kind) == {"email": "a@b.example", "password": "present"}


@pytest.mark.parametrize(("body", "kind"), [(b"no form", BOUNDARY), (b"{", "application/json"), (b"\xff", "text/xml")])
def test_what_is_not_what_it_says_is_kept_as_its_size(body: bytes, kind: str) -> None:
    assert noted(body, kind) == {"bytes": len(body)}
