"""Which project each request is about."""

from typing import Final

from tools.kit.reach import Reachable, Rule

REACHABLE: Final = Reachable(
    rules=(
        Rule(r"GET /projects", answers=True),
        Rule(r"[A-Z]+ /projects/(?P<owner>[^/]+)(/.*)?"),
        Rule(r"GET /(users|users/me|labels|test_cases/[a-z_]+|test_runs/statuses)", is_shared=True),
    ),
    owner=lambda row: row.get("id"),
    names=lambda row: (row.get("id"), row.get("human_id_prefix"), row.get("name")),
    directory="/projects",
)
