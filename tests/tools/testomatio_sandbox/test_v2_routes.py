"""The fake API of Testomat.io: that v2 has every operation of the reference, and both verbs of every update."""

from tests.tools.testomatio_sandbox.v2 import stopped_sandbox

V2 = "/api/v2/{}"
OPERATIONS = """
GET /info | POST /sessions | DELETE /sessions/{}
GET /tests | POST /tests | GET /tests/{} | PUT /tests/{} | PATCH /tests/{} | DELETE /tests/{} | POST /tests/bulk
GET /suites | POST /suites | GET /suites/{} | PUT /suites/{} | DELETE /suites/{}
GET /plans | POST /plans | GET /plans/{} | PUT /plans/{} | DELETE /plans/{}
GET /runs | POST /runs | GET /runs/{} | PUT /runs/{} | DELETE /runs/{} | GET /runs/{}/stats/{}
GET /testruns | POST /testruns | GET /testruns/{} | PUT /testruns/{} | DELETE /testruns/{}
GET /rungroups | POST /rungroups | GET /rungroups/{} | PUT /rungroups/{} | DELETE /rungroups/{}
GET /steps | POST /steps | GET /steps/{} | PUT /steps/{} | DELETE /steps/{}
GET /snippets | POST /snippets | GET /snippets/{} | PUT /snippets/{} | DELETE /snippets/{}
GET /labels | POST /labels | GET /labels/{} | PUT /labels/{} | DELETE /labels/{}
GET /tags | GET /tags/{}
GET /issues | POST /issues | DELETE /issues/{}
GET /milestones | GET /milestones/{}
GET /requirements | POST /requirements | GET /requirements/{} | PATCH /requirements/{} | DELETE /requirements/{}
GET /branches | POST /branches | GET /branches/{} | PUT /branches/{} | DELETE /branches/{}
GET /attachments | POST /attachments | DELETE /attachments/{}
POST /shares/tests | POST /shares/suites | DELETE /shares/tests/{} | DELETE /shares/suites/{}
GET /analytics/tests/{} | GET /analytics/stats/{}
GET /analytics/charts | GET /analytics/charts/{} | GET /analytics/charts/{}/result
"""


def shape(path: str) -> str:
    """A path with its variables unnamed."""
    pieces = ("{}" if piece.startswith("{") else piece for piece in path.split("/"))
    return "/".join(pieces)


def declared() -> list[tuple[str, str]]:
    return [(verb, shape(path)) for verb, path in stopped_sandbox().routes if path.startswith("/api/v2/")]


def wanted() -> set[tuple[str, str]]:
    rows = [row.strip().split(" ") for line in OPERATIONS.strip().splitlines() for row in line.split("|")]
    return {(verb, V2 + path) for verb, path in rows}


def test_all_eighty_operations_are_routed_and_beside_them_only_the_other_verb_of_an_update() -> None:
    assert len(wanted()) == 80
    others = {({"PUT": "PATCH", "PATCH": "PUT"}[verb], path) for verb, path in wanted() if verb in {"PUT", "PATCH"}}
    assert set(declared()) == wanted() | others


def test_no_route_is_declared_twice() -> None:
    assert len(declared()) == len(set(declared()))
