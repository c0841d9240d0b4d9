"""Paths: the records that a path names, by id or, where they have one, by human id.

What is no id at all is 404 here, as `/folders/tree` was seen to be; in a body it is 400.
"""

from tools.kit.sandbox.routes import Call
from tools.testsigma.sandbox.answers import not_found
from tools.testsigma.sandbox.records import Project
from tools.testsigma.sandbox.shelf import P, Shelf
from tools.testsigma.sandbox.world import World


def project_of(call: Call[World]) -> Project:
    """The project of the path, which goes by its UUID only.

    Raises:
        Respond: 404 when it is not there.
    """
    key = str(call.params["project_id"])
    project = call.world.projects.get(key.lower())
    if project is None:
        raise not_found("Project", key)
    return project


def named(call: Call[World], shelf: Shelf[P], param: str) -> P:
    """The record of the path's project that the path names.

    Raises:
        Respond: 404 when it is not in this project.
    """
    project, key = project_of(call), str(call.params[param])
    item = shelf.find(project.id, key)
    if item is None:
        raise not_found(shelf.what, key)
    return item
