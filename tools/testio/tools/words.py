"""The words test IO has for statuses, severities and kinds, and the other words people use for them."""

from typing import Final

BUG_STATUSES: Final = ("forwarded", "question", "accepted", "rejected", "submitted", "manager_approved")
BUG_STATUS_MEANT: Final = {
    "open": "forwarded", "new": "forwarded", "forwardedopen": "forwarded", "inforequested": "question",
    "needsinfo": "question", "approved": "accepted", "declined": "rejected",
}  # fmt: skip
BUG_STATUS_FIELDS: Final = {
    "known": "A known bug keeps its status: pass known.",
    "fixed": "A fixed bug keeps its status: rows say fixed.",
    "exported": "An exported bug keeps its status: pass export_status.",
    "closed": "test IO closes no bug: it is accepted or rejected.",
}
SEVERITIES: Final = ("low", "high", "critical", "visual", "content", "custom", "suggestion", "spelling", "test_case")
SEVERITY_MEANT: Final = {"usability": "suggestion", "typo": "spelling", "testcase": "test_case"}
SEVERITY_FIELDS: Final = {
    "medium": "test IO has no medium.",
    "major": "What others call major is high or critical here.",
    "minor": "What others call minor is low here.",
    "blocker": "What others call a blocker is critical here.",
}
TEST_STATUSES: Final = (
    "initialized", "customer_finalized", "waiting", "running", "locked", "archived", "cancelled", "completed",
    "pending",
)  # fmt: skip
TEST_STATUS_MEANT: Final = {
    "draft": "initialized", "initializeddraft": "initialized", "inreview": "customer_finalized", "scheduled": "waiting",
    "active": "running", "ended": "locked", "canceled": "cancelled",
}  # fmt: skip
TESTING_TYPES: Final = ("coverage", "usability", "rapid", "focused", "custom", "external")
OUTCOMES: Final = ("pending", "passed", "failed", "blocked", "cancelled")
OUTCOME_MEANT: Final = {"canceled": "cancelled", "pass": "passed", "fail": "failed"}
