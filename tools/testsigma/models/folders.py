"""Folders of test cases (API reference: Folders)."""

from pydantic import Field

from tools.kit.model import Model
from tools.kit.text import Key, Untrusted
from tools.testsigma.models.fields import Id, Order
from tools.testsigma.models.listing import Listed


class Folder(Model):
    """A folder; trees are built from `parent_id`, since answers always leave `children` empty."""

    id: Key
    name: Untrusted | None = None
    parent_id: Id = Field(None, validation_alias="parent_folder_id")
    order: Order = None


class Folders(Listed[Folder]):
    under = ("folders",)
