"""Calls of the tools of trackers that ask, and other values of all their parameters."""

from pathlib import Path

from server.settings import Settings
from tests.asking import TEXT, Asking, To
from tests.desk import settings

OTHER_BUG = "testio:88126"
ONE_TRACKER = "the only tracker here is the default"

ASKING = [
    Asking(
        "tracker_create_issue",
        {"item": "testio:88101"},
        {"item": OTHER_BUG, "title": TEXT, "mark_exported": To(True, "marked as exported")},
    ),
    Asking(
        "tracker_create_issues",
        {"items": ["testio:88101"]},
        {"items": To(["testio:88101", OTHER_BUG], "88126"), "mark_exported": To(True, "marked as exported")},
    ),
    Asking("tracker_comment", {"issue": "2", "text": "Seen."}, {"issue": "1", "text": TEXT}),
    Asking(
        "tracker_link_bug",
        {"item": "testio:88101", "issue": "2"},
        {"item": OTHER_BUG, "issue": "1", "mark_exported": To(True, "marked as exported")},
    ),
]
EXCEPTIONS = {one.tool: {"tracker": ONE_TRACKER} for one in ASKING}
GO_BY: frozenset[str] = frozenset()
TRACKERS = ("github",)


def settings_in(folder: Path) -> Settings:
    return settings(trackers=TRACKERS)
