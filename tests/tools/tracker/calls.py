"""A working call of each tool of trackers, for the tests that look at arguments and answers."""

from typing import Any

CALLS: list[tuple[str, dict[str, Any]]] = [
    ("tracker_comment", {"issue": "2", "text": "Seen on two devices."}),
    ("tracker_create_issue", {"item": "testio:88101"}),
    ("tracker_create_issues", {"items": ["testio:88101", "testio:88126"]}),
    ("tracker_find_issue", {"item": "testio:88101"}),
    ("tracker_get_issue", {"issue": "2"}),
    ("tracker_link_bug", {"item": "testio:88101", "issue": "2"}),
    ("tracker_preview_issue", {"item": "testio:88101"}),
]
