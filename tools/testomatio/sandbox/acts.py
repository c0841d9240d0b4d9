"""The steps of the demo on Testomat.io: create test cases, and find the run and tests of an issue."""

from tools.kit.sandbox.stage import Act, Stage

COUPONS, CART = "c0ffee01", "f01de003"
CASES = """## An expired code is refused
It is there already.

## A code that expires while the cart is open is refused @coupons
1. Put an article into the cart
2. Enter a code that runs out in a minute, and wait
   *Expected*: The code is refused at the next step
"""
ISSUE, REFUSALS = "SHOP-412", "4ef05a15"
MISSING = """## No mail is sent when the bank asks again and refuses then @payment
1. Pay with a card that needs a second factor, and refuse there
   *Expected*: No order confirmation arrives, the cart is as before

## A refused payment is told on the page and by nothing else @payment
1. Pay with a card that the bank refuses
   *Expected*: The page says so; there is neither a mail nor a push message

## A payment that times out sends no confirmation @payment
1. Pay, and close the window of the bank
2. Wait for ten minutes
   *Expected*: The order is cancelled, no confirmation was sent
"""


async def cases(stage: Stage) -> None:
    stage.act("Testomat.io: test cases for a bug, in the tree of suites")
    tree = await stage.call("testomatio_get_suite_tree", with_tests=True)
    rows, pages = list(tree["items"]), 1
    while cursor := tree.get("next_cursor"):
        tree = await stage.call("testomatio_get_suite_tree", with_tests=True, cursor=cursor)
        rows, pages = [*rows, *tree["items"]], pages + 1
    test_count = sum(len(row.get("titles", ())) for row in rows)
    deepest = max(row["depth"] for row in rows)
    stage.claim(
        test_count == tree["tests"],
        f"{len(rows)} suites, {deepest} levels deep, with {test_count} tests in {pages} answers",
    )

    sentence = await stage.refused("testomatio_list_tests", tql="tag = 'coupons'")
    stage.claim("character 5" in sentence, "a query's error was reported with its position before anything was sent")
    sentence = await stage.refused("testomatio_update_suite", suite_id=CART, parent_id=COUPONS)
    stage.claim("is below it" in sentence, "a move that would create a cycle was refused")

    plan = await stage.call("testomatio_create_tests", suite_id=COUPONS, markdown=CASES, dry_run=True)
    stage.claim(plan["done"] == "1 there already, 1 would be created.", f"the dry run: {plan['done']}")
    created = await stage.call("testomatio_create_tests", suite_id=COUPONS, markdown=CASES)
    again = await stage.call("testomatio_create_tests", suite_id=COUPONS, markdown=CASES)
    stage.claim(again["done"] == "2 there already.", f"first: {created['done']} The same list again: {again['done']}")

    test_id = created["items"][1]["id"]
    linked = await stage.call("testomatio_add_links", kind="test", ids=[test_id], labels=["Severity:Major"])
    stage.claim(linked["items"][0]["status"] == "done", f"test {test_id} has its label, as read back")

    stage.person_will_say(yes=False)
    await stage.refused("testomatio_delete_suite", suite_id=COUPONS)
    stage.claim("With it go 19 tests." in stage.question(), "the user saw what would be deleted with the suite")
    current = await stage.call("testomatio_get_test", test_id=test_id)
    stage.claim(current["test"]["id"] == test_id, "the user declined, and nothing was deleted")


async def from_an_issue(stage: Stage) -> None:
    stage.act("Testomat.io: from an issue to its failed run, and to missing test cases")
    issues = await stage.call("testomatio_list_issues", source="jira")
    linked = [one for one in issues["items"] if one.get("jira_id") == ISSUE]
    test_id = next(one["resource_id"] for one in linked if one["resource_type"] == "test")
    stage.show(f"{ISSUE} is linked to {', '.join(one['resource_type'] + ' ' + one['resource_id'] for one in linked)}")
    tree = await stage.call("testomatio_get_suite_tree", suite_id=REFUSALS, with_tests=True)
    there = tree["items"][0]["titles"]
    stage.claim(test_id in str(there), f"test {test_id} is in suite Refusals with {len(there) - 1} others")

    runs = await stage.call("testomatio_list_runs", text="9.0.1", status=["failed"])
    run_id = runs["items"][0]["id"]
    report = await stage.call("testomatio_get_run_report", run_id=run_id)
    for group in report["groups"]:
        marks = ", ".join(f"{count} {mark}" for mark, count in group["marks"].items())
        stage.show(f"{group['tests']:2} ({marks})  {group['error'].splitlines()[0]}")
    failing, groups = report["failing_tests"], report["groups"]
    stage.claim(len(groups) < failing, f"{failing} failing tests have {len(groups)} different errors")
    stage.claim(
        "new" in groups[0]["marks"], f"the new error comes first, compared with {report['earlier_runs']} earlier runs"
    )
    group = next(group for group in groups if ISSUE in {defect["name"] for defect in group.get("defects", ())})
    stage.claim(group["tests"] == 3, f"three of the tests fail because of {ISSUE}, since run {group['since_run']}")
    stage.claim("[hidden]" in str(groups), "a password and a token in an error text were masked")

    created = await stage.call("testomatio_create_tests", suite_id=REFUSALS, markdown=MISSING)
    ids = [row["id"] for row in created["items"]]
    stage.claim(created["done"] == "3 created.", f"three new test cases are in the suite: {', '.join(ids)}")
    await stage.call("testomatio_link_issue", target="test", target_id=ids[0], jira_id=ISSUE)

    run = await stage.call("testomatio_create_run", title="SHOP-412 by hand", test_ids=ids, env="staging")
    by_hand = run["now"]["run"]["id"]
    stage.claim(run["now"]["results"]["pending"] == 3, f"run {by_hand} has three pending results")
    filled = await stage.call(
        "testomatio_add_results", run_id=by_hand, results=[{"test_id": ids[0], "status": "failed"}]
    )
    stage.claim(filled["results"][0]["outcome"] == "updated", "the pending result was updated, and none was added")
    stage.person_will_say(yes=False)
    await stage.refused("testomatio_finish_run", run_id=by_hand)
    stage.claim("The 2 pending become skipped" in stage.question(), "the user saw which results would be lost")
    current = await stage.call("testomatio_get_run", run_id=by_hand)
    stage.claim(current["results"]["pending"] == 2, "the user declined, and the run still has two pending results")


ACTS: tuple[Act, ...] = (cases, from_an_issue)
