"""Variables: what environments and pipeline stages hand to tests; an encrypted value goes in and never comes out."""

from tools.testery.sandbox.records import Variable
from tools.testery.sandbox.requests import Reader


def shown(variables: list[Variable]) -> list[dict[str, object]]:
    """The list as it is read: the value of an encrypted variable is an empty string."""
    return [
        {
            "key": variable.key,
            "value": "" if variable.encrypted else variable.value,
            "encrypted": variable.encrypted,
            "file": variable.file,
        }
        for variable in variables
    ]


def read(sent: Reader, kept: list[Variable] | None = None) -> list[Variable]:
    """The list that takes the place of the one there was.

    A client that reads, changes one and writes all back sends `""` for every encrypted variable it could not read:
    what is kept under the key stays then. A plain `""` is an empty value.
    """
    stored = {variable.key: variable.value for variable in kept or ()}
    found: dict[str, Variable] = {}
    for entry in sent.objects("variables"):
        fields = Reader(entry, sent.refuse)
        key, value, encrypted = fields.required("key"), fields.string("value") or "", fields.boolean("encrypted")
        if encrypted and not value:
            value = stored.get(key, "")
        found[key] = Variable(key, value, encrypted, fields.boolean("file"))
    return list(found.values())
