"""What is asked, sent and answered where testers are to reproduce bugs or to check fixes."""

from typing import Any

import pytest

from tests.acts import confirmed, rendered, shown_question
from tests.tools.testio.host import Host
from tools.kit.asking import question_of
from tools.kit.errors import Invalid, OutcomeUnknown, Refused
from tools.kit.naming import Choice
from tools.testio.tools.confirmations import (
    FixToCheck,
    check_environment_choices,
    request_bug_fix_confirmations,
    request_bug_report_confirmation,
)
from tools.testio.tools.order_fields import Devices

pytestmark = pytest.mark.anyio

SHOP = {"id": 71, "name": "Shop"}
BULK = "POST /bug_fix_confirmations/bulk"
NO_CHECKS: dict[str, Any] = {"bug_fix_confirmations": []}
MODELS = [Devices(vendor_id=4, device_ids=[9])]


def host_with(**bugs: dict[str, Any]) -> Host:
    """Bugs of the product 71, which has the environments 31 and 32."""
    host = Host(**{name: {"product": SHOP, "test_environment": {"id": 31}} | fields for name, fields in bugs.items()})
    for number, orders in ((31, False), (32, True)):
        environment = {"id": number, "title": f"Stage {number}", "url": "https://s.example", "allow_orders": orders}
        host.answers[f"GET /products/71/test_environments/{number}"] = {"test_environment": environment}
    host.answers["GET /products/71/test_environments"] = {"test_environments": [{"id": 31, "title": "Stage"}]}
    host.answers["GET /exploratory_tests/5"] = {
        "exploratory_test": {"id": 5, "title": "T", "product": SHOP, "test_environment": {"id": 32}}
    }
    host.answers["GET /bug_fix_confirmations"] = NO_CHECKS
    host.answers["POST /bug_report_confirmations"] = {"bug_report_confirmation": {"id": 3, "status": "pending"}}
    host.answers[BULK] = {"results": [{"bug_id": 7, "status": "created", "bug_fix_confirmation": {"id": 1}}]}
    return host


def fixes(*numbers: int, note: str | None = None) -> list[FixToCheck]:
    return [FixToCheck(bug_id=number, note=note) for number in numbers]


async def test_a_request_to_reproduce_a_bug_is_shown_sent_and_answered_whole() -> None:
    host = host_with(bug_7={"section": {"id": 4, "name": "Cart"}})
    more: dict[str, Any] = {"ask_for": ["logs", "screen_size"], "question": "Why?", "allow_device_clouds": True}
    more |= {"requirements": MODELS}
    assert await shown_question(request_bug_report_confirmation(host.api(), 7, **more)) == (
        "Have a tester reproduce bug 7 'Cart is empty' (high)?\n"
        "- Product: 71 'Shop'\n"
        "- Asked for: screen size, logs\n"
        "- Question to the tester: 'Why?'\n"
        "- Devices: vendor 4, devices 9\n"
        "- Device clouds: allowed\n"
        "The tester is paid for it. It costs money; the API gives no price."
    )
    done = await confirmed(request_bug_report_confirmation(host.api(), 7, **more))
    asked_for = {"screen_size", "logs", "question"}
    kinds = ("screen_size", "browser_version", "internet_speed", "console", "camera", "logs", "question")
    attributes = {f"{kind}_enabled": kind in asked_for for kind in kinds}
    assert host.written() == [
        (
            "POST /bug_report_confirmations",
            {
                "product_id": 71,
                "bug_id": 7,
                "section_id": 4,
                "allow_device_clouds": True,
                "requirements": [{"vendor": {"id": 4}, "devices": [{"id": 9}]}],
                "bug_report_confirmation_requirement_attributes": attributes | {"question": "Why?"},
            },
        )
    ]
    assert done.now is not None
    assert (done.now.id, rendered(done.done)) == (3, "Requested for bug 7 'Cart is empty'.")
    assert [rendered(line) for line in done.ordered or ()] == [
        "1 tester reproduces it, on product 71 'Shop'",
        "Asked for: screen size, logs",
        "Question to the tester: 'Why?'",
        "Devices: vendor 4, devices 9",
        "Device clouds: allowed",
    ]
    assert done.next == "The API does not show it again; the platform's web app does. Without a tester it expires."


async def test_a_request_to_reproduce_a_bug_of_an_unnamed_product_says_its_defaults() -> None:
    host = host_with(bug_7={"product": {"id": 71}, "status": None})
    assert await shown_question(request_bug_report_confirmation(host.api(), 7)) == (
        "Have a tester reproduce bug 7 'Cart is empty' (high)?\n"
        "- Product: 71 ''\n"
        "- Devices: the platform's default choice\n"
        "The tester is paid for it. It costs money; the API gives no price."
    )


@pytest.mark.parametrize("bug", [{"product": None}, {"product": None, "test": {"title": "T"}}])
async def test_a_bug_whose_product_nothing_names_is_refused(bug: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="The platform does not say which product bug 7 is of"):
        await question_of(request_bug_report_confirmation(host_with(bug_7=bug).api(), 7))


async def test_a_request_to_check_fixes_is_shown_sent_and_answered_whole() -> None:
    pending = {"id": 6, "status": "Pending"}
    host = host_with(bug_7={}, bug_8={"test_environment": None, "test": {"id": 5}}, bug_9={})
    host.answers["GET /bug_fix_confirmations"] = lambda request: (
        {"bug_fix_confirmations": [{"id": 5, "status": "passed"}, pending]}
        if request.url.params["bug_id"] == "9"
        else NO_CHECKS
    )
    more: dict[str, Any] = {"allow_device_clouds": True, "requirements": MODELS}
    bugs = [*fixes(7, note="With OLD10"), *fixes(8, 9)]
    assert await shown_question(request_bug_fix_confirmations(host.api(), bugs, **more)) == (
        "Have testers check whether 2 bugs are fixed?\n"
        "- Bug: 7 'Cart is empty', in environment 31, with the note 'With OLD10'\n"
        "- Bug: 8 'Cart is empty', in environment 32\n"
        "- Left out, since a check of them is pending: 9 (check 6)\n"
        "- Environment: 31 'Stage 31' at 'https://s.example'\n"
        "- Environment: 32 'Stage 32' at 'https://s.example'\n"
        "- Devices: vendor 4, devices 9\n"
        "- Device clouds: allowed\n"
        "TESTERS MAY PLACE REAL ORDERS in this environment.\n"
        "Each check is paid. It costs money; the API gives no price."
    )
    done = await confirmed(request_bug_fix_confirmations(host.api(), bugs, **more))
    same = {"allow_device_clouds": True, "requirements": [{"vendor": {"id": 4}, "devices": [{"id": 9}]}]}
    entries = [
        {"bug_id": 7, "customer_test_environment": {"id": 31}, "additional_requirement": "With OLD10"} | same,
        {"bug_id": 8, "customer_test_environment": {"id": 32}} | same,
    ]
    assert host.written() == [("POST /bug_fix_confirmations/bulk", {"bug_fix_confirmations": entries})]
    assert done.done == "1 of 3 requested; 2 not: see status and error."
    assert [one.model_dump(exclude_none=True) for one in done.results] == [
        {"bug_id": 7, "title": "Cart is empty", "status": "created", "confirmation": {"id": 1}},
        {"bug_id": 8, "title": "Cart is empty", "status": "not mentioned"},
        {"bug_id": 9, "title": "Cart is empty", "status": "already_pending", "confirmation": pending},
    ]
    assert [rendered(line) for line in done.ordered] == [
        "1 paid check",
        "Environment: 31 'Stage 31' at 'https://s.example'",
        "Environment: 32 'Stage 32' at 'https://s.example'",
        "Devices: vendor 4, devices 9",
        "Device clouds: allowed",
    ]


async def test_one_check_in_a_named_environment_says_its_defaults() -> None:
    host = host_with(bug_7={"title": "t" * 251})
    assert await shown_question(request_bug_fix_confirmations(host.api(), fixes(7), 31)) == (
        "Have testers check whether 1 bug is fixed?\n"
        f"- Bug: 7 '{'t' * 250}… [1 more characters]'\n"
        "- Environment: 31 'Stage 31' at 'https://s.example'\n"
        "- Devices: those of each bug's test\n"
        "Each check is paid. It costs money; the API gives no price."
    )
    done = await confirmed(request_bug_fix_confirmations(host.api(), fixes(7), 31))
    assert host.written() == [
        (BULK, {"bug_fix_confirmations": [{"bug_id": 7, "customer_test_environment": {"id": 31}}]})
    ]
    assert done.done == "1 of 1 requested."


@pytest.mark.parametrize(("count", "room"), [(12, 250), (13, 230), (50, 60)])
async def test_titles_of_many_bugs_share_the_room_of_a_question(count: int, room: int) -> None:
    host = host_with(**{f"bug_{number}": {"title": "t" * 300} for number in range(1, count + 1)})
    question = await shown_question(request_bug_fix_confirmations(host.api(), fixes(*range(1, count + 1)), 31))
    assert question.count(f"'{'t' * room}… [{300 - room} more characters]'") == count


@pytest.mark.parametrize("orders", [(31, 32), (32, 31)])
async def test_orders_in_one_of_several_environments_are_told(orders: tuple[int, int]) -> None:
    first, second = orders
    host = host_with(bug_7={"test_environment": {"id": first}}, bug_8={"test_environment": {"id": second}})
    assert "REAL ORDERS" in await shown_question(request_bug_fix_confirmations(host.api(), fixes(7, 8)))


@pytest.mark.parametrize("told", [404, {"odd": 1}])
async def test_a_check_is_requested_though_the_old_ones_cannot_be_read(told: Any) -> None:
    host = host_with(bug_7={})
    host.answers["GET /bug_fix_confirmations"] = told
    assert (await confirmed(request_bug_fix_confirmations(host.api(), fixes(7)))).done == "1 of 1 requested."


@pytest.mark.parametrize(
    ("bug", "environment"),
    [
        ({"test_environment": {"title": "x"}, "test": {"id": 5}}, 32),
        ({"test_environment": {"id": 31}, "test": {"id": 5}}, 31),
        ({"test_environment": None, "test": {"title": "T"}}, None),
        ({"test_environment": {"title": "x"}}, None),
        ({"test_environment": None}, None),
    ],
)
async def test_a_bug_is_checked_where_it_was_found_or_where_its_test_was(
    bug: dict[str, Any], environment: int | None
) -> None:
    host = host_with(bug_7=bug)
    if environment is None:
        with pytest.raises(Refused) as refused:
            await question_of(request_bug_fix_confirmations(host.api(), fixes(7)))
        assert str(refused.value) == (
            "The platform does not say which environment bug 7 was found in: give environment_id. "
            "testio_list_test_environments shows them. Nothing was sent."
        )
    else:
        await confirmed(request_bug_fix_confirmations(host.api(), fixes(7)))
        ((_, body),) = host.written()
        assert body["bug_fix_confirmations"][0]["customer_test_environment"] == {"id": environment}


async def test_a_list_that_cannot_be_checked_is_refused_with_its_bugs() -> None:
    pending = {"bug_fix_confirmations": [{"id": 6, "status": "pending"}, {"id": 5}]}
    host = host_with(bug_7={}, bug_8={}, bug_9={"product": {"id": 72}}, bug_10={"product": {"id": 8}})
    host.answers["GET /bug_fix_confirmations"] = pending
    for numbers, sentence in (
        ((8, 7, 8, 7, 9), "Bug 7, 8 is named more than once."),
        ((9, 7, 10), "These bugs are of the products 8, 71, 72; send one request for each."),
        (
            (8, 7),
            "already_pending: bug 8 (check 6), bug 7 (check 6). The platform takes no second check while one has no "
            "outcome; testio_list_bug_fix_confirmations shows it.",
        ),
    ):
        with pytest.raises(Refused) as refused:
            await question_of(request_bug_fix_confirmations(host.api(), fixes(*numbers)))
        assert str(refused.value) == f"{sentence} Nothing was sent."


@pytest.mark.parametrize(
    ("results", "error", "sentence"),
    [
        ([], OutcomeUnknown, "The platform accepted the request and gave no result for any bug."),
        (
            [{"bug_id": 7, "error": "e" * 201}, {"bug_id": 8, "status": "error"}],
            Invalid,
            f"No check was requested. 7: '{'e' * 200}… [1 more characters]'; 8: 'error'.",
        ),
        (
            [{"bug_id": 6, "status": "created"}],
            Invalid,
            "No check was requested. 7: 'not mentioned'; 8: 'not mentioned'.",
        ),
    ],
)
async def test_a_request_that_made_no_check_is_a_failure(
    results: list[Any], error: type[Exception], sentence: str
) -> None:
    host = host_with(bug_7={}, bug_8={})
    host.answers[BULK] = {"results": results}
    with pytest.raises(error) as failed:
        await confirmed(request_bug_fix_confirmations(host.api(), fixes(7, 8)))
    assert rendered(str(failed.value)) == sentence


async def test_the_environments_to_choose_from_are_those_of_the_bugs_product() -> None:
    choices = await check_environment_choices(host_with(bug_7={}).api(), {"bugs": fixes(7)})
    assert choices == [Choice(31, "Stage")]
