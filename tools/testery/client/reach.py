"""Which project each request is about."""

from collections.abc import Mapping
from typing import Any, Final

from tools.kit.reach import Reachable, Rule

RUN = "/test-runs/{}"


def owner(row: Mapping[str, Any]) -> object:
    """The project of a run or a schedule; a project is its own."""
    return row["projectId"] if "projectId" in row else row.get("id") if "key" in row else None


REACHABLE: Final = Reachable(
    rules=(
        Rule(r"GET /projects", answers=True),
        Rule(r"[A-Z]+ /projects/(?P<owner>[^/]+)/.*"),
        Rule(r"GET /test-runs(/by-deploy/[^/]+)?", answers=True),
        Rule(r"GET /test-runs/[^/]+", answers=True),
        Rule(r"[A-Z]+ /test-runs/(?P<id>[^/]+)(/.*)?", look_up=RUN),
        Rule(r"POST /(test-run-requests-build|deploys)", body="project"),
        Rule(r"GET /schedules", answers=True),
        Rule(r"POST /schedules", body="projectId"),
        Rule(r"GET /(account|users/me)", is_shared=True),
        # Environments and stages belong to all projects: they can be read, and changing one would change others.
        Rule(r"GET /(environments|pipeline-stages)(/[^/]+)?", is_shared=True),
    ),
    owner=owner,
    names=lambda row: (row.get("id"), row.get("key"), row.get("name")),
    directory="/projects",
)
