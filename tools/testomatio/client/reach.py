"""Which project each request is about; a path has the slug that people use."""

from collections.abc import Mapping
from typing import Any, Final

from tools.kit.reach import Reachable, Rule


def owner(row: Mapping[str, Any]) -> object:
    """The slug of a project, which its id is."""
    return row.get("id")


REACHABLE: Final = Reachable(
    rules=(
        Rule(r"POST /api/login", is_shared=True),
        Rule(r"GET /api/projects", answers=True),
        Rule(r"GET /api/projects/(?P<owner>[^/]+)"),
        # Sharing reaches into another project.
        Rule(r"[A-Z]+ /api/v2/(?P<owner>[^/]+)/(?!shares/).*"),
        # The paths of reporting and importing name no project: the token does.
        Rule(r"[A-Z]+ /api/(?!v2/|projects/|reporter/|load/|test_data/|test_grep/)(?P<owner>[^/]+)/.*"),
    ),
    owner=owner,
    names=lambda row: (),
)
