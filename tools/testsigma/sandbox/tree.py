"""Tree: the folders of a project and their subfolders."""

from tools.testsigma.sandbox.records import Folder
from tools.testsigma.sandbox.world import World


def within(world: World, project_id: str, folder_id: str) -> Folder | None:
    """The project's folder with this ID."""
    folder = world.folders.get(folder_id)
    return folder if folder is not None and folder.project_id == project_id else None


def subtree(world: World, folder: Folder) -> set[str]:
    """The IDs of a folder and all its subfolders."""
    found, below = {folder.id}, world.folders.of(folder.project_id)
    while more := {child.id for child in below if child.parent_id in found} - found:
        found |= more
    return found
