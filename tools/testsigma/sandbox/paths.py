"""Paths: the records in a path, by ID or human ID.

Text that is not an ID is 404 here, as for `/folders/tree` on the platform; in a body it is 400.
"""

from tools.kit.sandbox.routes import Call
from tools.testsigma.sandbox.answers import not_found
from tools.testsigma.sandbox.record_table import P, RecordTable
from tools.testsigma.sandbox.records import Project
from tools.testsigma.sandbox.world import World


def project_of(call: Call[World]) -> Project:
    """The project in the path, by its UUID only.

    Raises:
        Respond: 404 when it does not exist.
    """
    key = str(call.params["project_id"])
    project = call.world.projects.get(key.lower())
    if project is None:
        raise not_found("Project", key)
    return project


def record_of(call: Call[World], table: RecordTable[P], param: str) -> P:
    """The record in the path, which must belong to the project in the path.

    Raises:
        Respond: 404 when it is not in this project.
    """
    project, key = project_of(call), str(call.params[param])
    item = table.in_project(project.id, key)
    if item is None:
        raise not_found(table.what, key)
    return item
