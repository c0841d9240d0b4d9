"""The words people ask for the tools of trackers with."""

from typing import Final

HINTS: Final = {
    "comment": "add a note to a jira ticket, reply in github, comment in the tracker",
    "create_issue": "file a ticket, open a jira, raise an issue, hand over a bug, export to the tracker, send to devs",
    "create_issues": "file tickets for all, bulk export, hand over several bugs, send all accepted bugs to developers",
    "find_issue": "is there a ticket, already reported, duplicate in jira, which issue, exported to the tracker",
    "get_issue": "status of a ticket, is it fixed, state of the jira issue, closed or open, issue link",
    "link_bug": "connect a bug to an existing ticket, attach to issue, same as, duplicate of an issue",
    "preview_issue": "what would the ticket say, draft of an issue, show before creating, dry run",
}
