"""The demo's act on a tracker: a bug arrives, becomes an issue after a yes, and arrives again."""

from collections.abc import Sequence
from typing import Final

from tools.kit.sandbox.stage import Act, Stage

BUG: Final = 88101
ITEM: Final = f"testio:{BUG}"


async def hand_over(stage: Stage) -> None:
    stage.act("Into the tracker: a bug arrives and becomes one GitHub issue, however often it arrives")
    export = {"bug_id": BUG}
    await stage.control("testio/export", export)
    arrived = await stage.call("testio_list_inbox")
    stage.claim(BUG in [bug["bug_id"] for bug in arrived["items"]], f"bug {BUG} is in the inbox")

    preview = await stage.call("tracker_preview_issue", item=ITEM)
    for line in [preview["title"], *preview["text"].splitlines()[:6]]:
        stage.show(line)
    stage.person_will_say(yes=False)
    refusal = await stage.refused("tracker_create_issue", item=ITEM)
    stage.claim("no" in refusal.lower(), "without a yes nothing is created")
    stage.person_will_say(yes=True)
    created = await stage.call("tracker_create_issue", item=ITEM)
    stage.claim("private" in stage.question(), "the user saw where it goes, and who can read it there")
    issue = created["issue"]
    stage.claim(created["outcome"] == "created", f"one issue: {issue['key']}, {issue['url']}")

    await stage.control("testio/export", export)
    asked = stage.question()
    again = await stage.call("tracker_create_issue", item=ITEM)
    is_same = again["outcome"] == "already_there" and again["issue"] == issue
    stage.claim(is_same and stage.question() == asked, "the second arrival creates nothing and asks nothing")
    state = await stage.call("tracker_get_issue", item=ITEM)
    stage.claim(state["status"] == "open", f"{issue['key']} is {state['status']}: {state['title']}")
    await stage.call("testio_mark_inbox_handled", quietly=True, bug_ids=[BUG])


ACTS: Final[Sequence[Act]] = (hand_over,)
