"""The acts of the demonstration that play in this story: cases that are written down and never made twice."""

from tools.kit.sandbox.stage import Act, Stage

COUPONS, CART = "c0ffee01", "f01de003"
CASES = """## An expired code is refused
It is there already.

## A code that expires while the cart is open is refused @coupons
1. Put an article into the cart
2. Enter a code that runs out in a minute, and wait
   *Expected*: The code is refused at the next step
"""


async def cases(stage: Stage) -> None:
    stage.act("Testomat.io: cases from a bug, in the tree of suites")
    tree = await stage.call("testomatio_get_suite_tree", with_tests=True)
    told = sum(len(row.get("titles", ())) for row in tree["items"])
    deepest = max(row["depth"] for row in tree["items"])
    stage.claim(told == tree["tests"], f"{len(tree['items'])} suites, {deepest} deep, and {told} tests in one answer")

    sentence = await stage.refused("testomatio_list_tests", tql="tag = 'coupons'")
    stage.claim("character 5" in sentence, "a mistake in a query was told with its place before anything was sent")
    sentence = await stage.refused("testomatio_update_suite", suite_id=CART, parent_id=COUPONS)
    stage.claim("stands below it" in sentence, "a move that would run in a circle was refused")

    plan = await stage.call("testomatio_create_tests", suite_id=COUPONS, markdown=CASES, dry_run=True)
    stage.claim(plan["done"] == "1 there already, 1 would be created.", f"a dry run says: {plan['done']}")
    made = await stage.call("testomatio_create_tests", suite_id=COUPONS, markdown=CASES)
    again = await stage.call("testomatio_create_tests", suite_id=COUPONS, markdown=CASES)
    stage.claim(again["done"] == "2 there already.", f"first {made['done']} The same list once more: {again['done']}")

    test_id = made["items"][1]["id"]
    linked = await stage.call("testomatio_add_links", kind="test", ids=[test_id], labels=["Severity:Major"])
    stage.claim(linked["items"][0]["status"] == "done", f"test {test_id} carries its label, read back")

    stage.person_will_say(yes=False)
    await stage.refused("testomatio_delete_suite", suite_id=COUPONS)
    stage.claim("0 suites below it and 19 tests" in stage.question(), "the person saw what would go with the suite")
    kept = await stage.call("testomatio_get_test", test_id=test_id)
    stage.claim(kept["test"]["id"] == test_id, "after the no, all of it is there")


ACTS: tuple[Act, ...] = (cases,)
