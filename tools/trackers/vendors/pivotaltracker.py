"""Pivotal Tracker, which no longer exists: its host may belong to others one day, so nothing is ever sent there."""

from tools.trackers.tracker import no_longer_exists

TRACKER = no_longer_exists(
    "pivotaltracker",
    "Pivotal Tracker",
    "https://www.pivotaltracker.com",
    "Pivotal Tracker was shut down on 30 April 2025. Nothing can be handed over to it; choose another tracker.",
)
