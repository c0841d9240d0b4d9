"""The trackers, one line each; a tracker's file is loaded where it is configured."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

from tools.trackers.tracker import Tracker

TRACKERS: Final[Mapping[str, str]] = {
    "azure": "Azure DevOps",
    "bugzilla": "Bugzilla",
    "clickup": "ClickUp",
    "gitea": "Gitea",
    "github": "GitHub",
    "gitlab": "GitLab",
    "jira": "Jira Cloud",
    "jira_dc": "Jira Data Center",
    "linear": "Linear",
    "monday": "Monday",
    "notion": "Notion",
    "openproject": "OpenProject",
    "pivotaltracker": "Pivotal Tracker",
    "rally": "Rally",
    "redmine": "Redmine",
    "shortcut": "Shortcut",
    "teamwork": "Teamwork",
    "trello": "Trello",
    "wrike": "Wrike",
    "youtrack": "YouTrack",
    "zendesk": "Zendesk",
    "zoho": "Zoho Projects",
}
"""Titles by key; the key is the name of the file in `vendors/` and of the fake API's in `sandbox/`."""


def load(key: str) -> Tracker:
    """A tracker's declaration."""
    tracker: Tracker = import_module(f"tools.trackers.vendors.{key}").TRACKER
    return tracker


def load_sandbox(key: str) -> Any:
    """A fresh fake API of a tracker."""
    build: Callable[[], Any] = import_module(f"tools.trackers.sandbox.{key}").sandbox
    return build()
