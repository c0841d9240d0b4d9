"""The table of calls: of each kind one, with the request of it that is broken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

FILE: Final = "{file}"
"""In arguments: the path of a file made for the test."""


@dataclass(frozen=True)
class Call:
    """A call of a tool, and which of its requests is broken."""

    name: str
    tool: str
    arguments: Mapping[str, Any]
    breaks: Literal["read", "write", "upload"]
    """What the broken request does."""
    method: str
    ends: tuple[str, ...]
    """How its path ends."""
    skip: int = 0
    """Requests like it that are let through before it."""
    is_write: bool = False
    """Whether the call changes something; also if the broken request only reads."""
    retries_limited: bool = False
    """Whether a write is sent again after a 429, which this platform answers before it acts."""
    may_be_right: bool = False
    """Whether it may get round a fault: a range is read again in smaller pages; 404 says that nothing is found."""
    is_picture: bool = False
    is_typical: bool = False
    """Whether every fault is tried at it; at the others only the typical ones are."""

    @property
    def changes(self) -> bool:
        return self.is_write or self.breaks != "read"


READS: Final = [
    Call("one thing", "testio_get_bug", {"bug_id": 88101}, "read", "GET", ("/bugs/88101",), is_typical=True),
    Call("a list", "testomatio_list_runs", {}, "read", "GET", ("/runs",)),
    Call("the second of two reads", "testery_get_results", {"run_id": 902114}, "read", "GET", ("/results",)),
    Call(
        "the first page of a walk",
        "testio_list_bugs",
        {"product_ids": [71]},
        "read",
        "GET",
        ("/bugs",),
        may_be_right=True,
    ),
    Call(
        "the second page of a walk",
        "testio_list_bugs",
        {"product_ids": [71]},
        "read",
        "GET",
        ("/bugs",),
        may_be_right=True,
        skip=1,
        is_typical=True,
    ),
    Call("an answer of many parts", "testery_get_failures", {"run_id": 902114}, "read", "GET", ("/90211400009",)),
    Call("across platforms", "across_list_runs", {"text": "9.0.1"}, "read", "GET", ("/test-runs",), is_typical=True),
    Call("a search by post", "across_search", {"text": "OLD10"}, "read", "POST", ("/bugs",), may_be_right=True),
    Call(
        "a picture",
        "testio_get_bug_screenshots",
        {"bug_id": 88101},
        "read",
        "GET",
        ("/shot.png",),
        is_picture=True,
        is_typical=True,
    ),
]

AROUND_WRITES: Final = [
    Call(
        "the read before a question", "testio_accept_bug", {"bug_id": 88101}, "read", "GET", ("/88101",), is_write=True
    ),
    Call(
        "the read after a yes",
        "testio_accept_bug",
        {"bug_id": 88101},
        "read",
        "GET",
        ("/88101",),
        skip=1,
        is_write=True,
    ),
    Call(
        "the read after a write",
        "testery_update_environment",
        {"environment_key": "staging", "set_variables": [{"key": "LOCALE", "value": "de-DE"}]},
        "read",
        "GET",
        ("/environments/212",),
        skip=2,
        is_write=True,
    ),
]

WRITES: Final = [
    Call("create", "testomatio_create_run", {"title": "Checkout"}, "write", "POST", ("/runs",), is_typical=True),
    Call(
        "create with a question",
        "testio_create_connection",
        {"name": "Tracker", "url": "https://bugs.example.test/in"},
        "write",
        "POST",
        ("/connections",),
    ),
    Call(
        "create many",
        "testomatio_create_tests",
        {"suite_id": "c0ffee01", "markdown": "## One @smoke\nLook.\n\n## Two"},
        "write",
        "POST",
        ("/tests/bulk",),
    ),
    Call(
        "update",
        "testery_update_environment",
        {"environment_key": "staging", "set_variables": [{"key": "LOCALE", "value": "de-DE"}]},
        "write",
        "PATCH",
        ("/environments/212",),
        is_typical=True,
    ),
    Call(
        "update where limits act first",
        "testsigma_update_test_case",
        {"case_id": "HRB-22", "priority": "Major"},
        "write",
        "PUT",
        ("/HRB-22",),
        retries_limited=True,
    ),
    Call("decide", "testio_accept_bug", {"bug_id": 88101}, "write", "PUT", ("/accept",)),
    Call(
        "delete",
        "testery_delete_schedule",
        {"schedule_id": 640},
        "write",
        "DELETE",
        ("/schedules/640",),
        is_typical=True,
    ),
    Call("delete for good", "testio_delete_product", {"product_id": 73}, "write", "DELETE", ("/products/73",)),
]

UPLOADS: Final = [
    Call(
        "upload to a storage",
        "testery_upload_build",
        {"project_key": "harbour-web", "build": "9.0.1", "file": FILE},
        "upload",
        "PUT",
        (".zip",),
    ),
    Call(
        "upload a form",
        "testio_upload_binary_app",
        {"file": FILE, "presigned": False},
        "upload",
        "POST",
        ("/binary_apps",),
        is_typical=True,
    ),
    Call(
        "upload in three steps",
        "testio_upload_binary_app",
        {"file": FILE, "presigned": True},
        "upload",
        "POST",
        ("/storage/",),
    ),
]

CALLS: Final = [*READS, *AROUND_WRITES, *WRITES, *UPLOADS]
