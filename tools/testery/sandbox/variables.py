"""Variables of environments and pipeline stages; an encrypted value is never returned."""

from tools.testery.sandbox.records import Variable
from tools.testery.sandbox.requests import Reader


def render_variables(variables: list[Variable]) -> list[dict[str, object]]:
    """The list as the API returns it: the value of an encrypted variable is an empty string."""
    return [
        {
            "key": variable.key,
            "value": "" if variable.encrypted else variable.value,
            "encrypted": variable.encrypted,
            "file": variable.file,
        }
        for variable in variables
    ]


def read_variables(sent: Reader, current: list[Variable] | None = None) -> list[Variable]:
    """The list that replaces the current one.

    A client that reads all variables, changes one and writes all back sends `""` for every encrypted value, which
    it could not read: such a value stays. `""` for a variable that is not encrypted is an empty value.
    """
    stored = {variable.key: variable.value for variable in current or ()}
    found: dict[str, Variable] = {}
    for entry in sent.objects("variables"):
        fields = Reader(entry, sent.refuse)
        key, value, encrypted = fields.required("key"), fields.string("value") or "", fields.boolean("encrypted")
        if encrypted and not value:
            value = stored.get(key, "")
        found[key] = Variable(key, value, encrypted, fields.boolean("file"))
    return list(found.values())
