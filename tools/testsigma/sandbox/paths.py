"""Paths: the records that a path names, by id or, where they have one, by human id."""

from tools.kit.sandbox.routes import Call
from tools.testsigma.sandbox.answers import bad_id, not_found
from tools.testsigma.sandbox.holdings import Project
from tools.testsigma.sandbox.identity import is_human_id, is_uuid
from tools.testsigma.sandbox.shelf import P, Shelf
from tools.testsigma.sandbox.world import World


def project_of(call: Call[World]) -> Project:
    """The project of the path, which has a UUID only.

    Raises:
        Answered: 400 for what is no id, 404 for a project that is not there.
    """
    key = str(call.params["project_id"])
    if not is_uuid(key):
        raise bad_id()
    project = call.world.projects.get(key.lower())
    if project is None:
        raise not_found("Project", key)
    return project


def named(call: Call[World], shelf: Shelf[P], param: str) -> P:
    """The record of the path's project that the path names.

    Raises:
        Answered: 400 for what is no id, 404 for a record that is not in this project.
    """
    project, key = project_of(call), str(call.params[param])
    if not is_uuid(key) and not (shelf.has_human_ids and is_human_id(key)):
        raise bad_id()
    item = shelf.find(project.id, key)
    if item is None:
        raise not_found(shelf.what, key)
    return item
