"""English words of questions: those that carry nothing, those that ask or act, and those that also mean others.

They belong to all tools; the words for one tool are its hint.
"""

from typing import Final


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


EMPTY: Final = _set("""
    a about already also am an and any anybody anything are as at be been before but by can could currently d did
    display do does doing done ever every exactly far for friday from get gets given go got had has have having hey hi
    how i if in into is it its just last later like ll m many me monday month more most much must my need next no not
    nothing now of off ok okay on one only or other our out own per please possible really right s saturday see should
    show so some somebody someone soon still sunday t tell than thanks that the their them then there these they thing
    things this those thursday to today tomorrow tonight too tuesday under up upon us use used using very via view want
    wants was way we wednesday week weekend well went were what whats whether which whom whose will with would year yes
    yesterday yet you your
""")
"""They carry nothing."""

ASKING: Final = _set("""
    are did display do does find has have how is list look search see show view was were what whats when where which who
    whom whose why
""")
"""A text that begins with one of these asks."""

MAY_ASK: Final = _set("can could may shall should will would")
"""A text that begins with one of these asks if we or I follow; otherwise somebody is to do something."""

ACTING: Final = _set("""
    abort accept add approve archive ask assign attach begin book buy cancel change clone close collect complete confirm
    connect copy cover create decline delete deploy disable disconnect dismiss draft drop edit end enter execute finish
    fix give hide import invite kick kill launch leave link make mark merge move order pay publish push put record
    refuse reject relaunch remove rename repeat reproduce request rerun restart restore resume retest retry save send
    set share start stop submit sync take terminate tick trash trigger unarchive unhide unlink untag update upload
    verify write
""")
"""Verbs of acts: a text that begins or ends with one wants something done."""

ACTING_OR_THINGS: Final = _set("duplicate export note plan report run schedule test")
"""Verbs of acts that are other words too: they count at the beginning, before a word such as "the"."""

BEFORE_THINGS: Final = _set("a again all an it my only our some that the them these this those your")
"""Words that follow such a verb."""

BEFORE_THEM: Final = _set("of for in on from between with by at is are was were and")
"""Words that follow a thing, and never a verb that asks for something."""

HELPING: Final = _set("again all anywhere count everywhere list find search look once same")
"""Words that count where a tool has them, and do not where it has not."""

WHO_AND_WHY: Final = _set("when where who why")
"""They help too."""

PHRASES: Final[dict[str, str]] = {
    "crowd test": "crowdtest",
    "crowd tests": "crowdtests",
    "findings": "bugs",
    "how many": "count",
    "how much": "count",
    "how often": "count",
    "kick off": "start",
    "set up": "setup",
}
"""Words that mean something only together, or that have the stem of a word which means something else."""

SAME: Final[dict[str, str]] = {
    "abort": "cancel terminate stop",
    "add": "create",
    "all": "list",
    "alter": "update change",
    "anywhere": "across all platforms",
    "app": "product",
    "approve": "accept",
    "begin": "start launch",
    "browser": "device",
    "build": "run",
    "buy": "order create",
    "case": "test",
    "change": "update",
    "clone": "copy duplicate",
    "colleague": "user",
    "crash": "bug",
    "crowdtest": "crowd exploratory",
    "customize": "update",
    "cycle": "exploratory crowdtest",
    "cypress": "automated run",
    "decline": "reject",
    "defect": "bug",
    "delete": "remove",
    "directory": "folder",
    "discard": "delete remove",
    "draft": "write create",
    "edit": "update change",
    "erase": "delete remove",
    "everything": "across all platforms",
    "everywhere": "across all platforms",
    "execute": "run",
    "failure": "failed error",
    "file": "upload attachment",
    "folder": "suite",
    "halt": "stop cancel",
    "history": "past",
    "image": "screenshot",
    "invite": "add user",
    "issue": "bug",
    "jira": "tracker issue",
    "job": "run",
    "kill": "cancel terminate",
    "label": "tag",
    "launch": "start",
    "mac": "device",
    "make": "create",
    "member": "user",
    "mobile": "device",
    "modify": "update change",
    "new": "create",
    "order": "create",
    "organize": "move",
    "outcome": "result",
    "person": "user",
    "phone": "device",
    "photo": "screenshot",
    "picture": "screenshot",
    "pipeline": "ci",
    "playwright": "automated run",
    "problem": "bug",
    "put": "add",
    "readiness": "ready",
    "recent": "latest newest",
    "refuse": "reject",
    "regression": "new failures",
    "remove": "delete",
    "rename": "update",
    "repeat": "again rerun",
    "restart": "rerun relaunch",
    "retest": "fix confirmation",
    "retry": "rerun",
    "run": "execute start",
    "schedule": "nightly",
    "selenium": "automated run",
    "setup": "set",
    "ship": "release",
    "shot": "screenshot",
    "stop": "cancel terminate",
    "suite": "folder",
    "system": "platform",
    "tag": "label",
    "team": "user",
    "testcase": "test case",
    "testrun": "test run",
    "ticket": "issue",
    "tree": "structure",
    "trigger": "start launch",
    "unstable": "flaky",
    "verify": "check confirmation",
    "video": "screenshot",
    "who": "user",
    "write": "create",
    "wrong": "fail broke",
}
"""What a word of a question also means; that counts for less than the word itself."""
