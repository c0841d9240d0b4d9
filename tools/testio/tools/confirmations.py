"""Confirmations: testers reproduce a bug, or check that bugs are fixed; both are paid work."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field

from tools.kit.asking import Ask, Asking, Order
from tools.kit.changed import Changed
from tools.kit.errors import Invalid, NotFound, OutcomeUnknown, Refused, UnexpectedShape
from tools.kit.model import Answer, Sent
from tools.kit.naming import ByName, Choice
from tools.kit.question import Lines
from tools.kit.text import Key, Untrusted, given, many, quote, word
from tools.kit.together import gather
from tools.kit.toolset import Toolset
from tools.testio.client.confirmations import MOST_FIXES
from tools.testio.client.testio import TestIO
from tools.testio.models.bugs import Bug
from tools.testio.models.confirmations import FixConfirmation, FixResult, ReportConfirmation
from tools.testio.models.products import ProductName
from tools.testio.tools.bugs import BugId, known_bug
from tools.testio.tools.decisions import describe
from tools.testio.tools.devices import find_devices
from tools.testio.tools.order_fields import ChosenDevices, DeviceClouds, Devices, EnvironmentToUse, Requirements
from tools.testio.tools.order_questions import ORDERS, PAID, environment_line
from tools.testio.tools.products import ENVIRONMENT, environment_choices

tool = Toolset(TestIO)

OPEN = "forwarded"
"""What the API calls a bug that the web app calls open."""
PENDING = "pending"
ALREADY_PENDING = "already_pending"
LONGEST_QUESTION = 2000
LONGEST_NOTE = 1000

Evidence = Literal["screen_size", "browser_version", "internet_speed", "console", "camera", "logs"]
EVIDENCE: tuple[Evidence, ...] = ("screen_size", "browser_version", "internet_speed", "console", "camera", "logs")
AskFor = Annotated[list[Evidence] | None, Field(max_length=len(EVIDENCE), description="Evidence to add.")]
QuestionText = Annotated[
    str | None, Field(min_length=1, max_length=LONGEST_QUESTION, description="A question to the tester.")
]


async def product_of(api: TestIO, bug: Bug) -> ProductName:
    """The product of a bug; some answers name it only through the bug's test.

    Raises:
        Refused: where neither names it.
    """
    if bug.product is None and bug.test is not None and bug.test.id is not None:
        bug.product = (await api.exploratory_test(bug.test.id)).product
    if bug.product is None:
        raise Refused(f"The platform does not say which product bug {bug.id} is of.")
    return bug.product


def device_lines(devices: list[ChosenDevices] | None, default: str, *, allow_clouds: bool) -> Lines:
    """The devices that testers use, for the question and the answer."""
    lines = Lines()
    lines.add("Devices", "; ".join(map(str, devices)) if devices else default)
    lines.add("Device clouds", "allowed" if allow_clouds else None)
    return lines


@tool.spends(verify_with=None)
async def request_bug_report_confirmation(
    api: TestIO,
    bug_id: BugId,
    ask_for: AskFor = None,
    question: QuestionText = None,
    allow_device_clouds: DeviceClouds = False,
    requirements: Requirements = None,
) -> Asking[Changed[ReportConfirmation]]:
    """Have a tester reproduce an open bug, which costs money. Asks the user first."""
    devices = await find_devices(api, requirements)
    bug = await known_bug(api, bug_id)
    if bug.status not in {None, OPEN}:
        raise Refused(f"Bug {bug.id} is {word(bug.status)}; only an open one ({OPEN}) can be reproduced for you.")
    product = await product_of(api, bug)
    product_name = f"{product.id} {quote(product.name or '')}"
    details = Lines()
    details.add("Asked for", ", ".join(kind.replace("_", " ") for kind in EVIDENCE if kind in (ask_for or ())))
    details.add("Question to the tester", given(question) if question else None)
    details.say(*device_lines(devices, "the platform's default choice", allow_clouds=allow_device_clouds).lines)
    lines = Lines(f"Have a tester reproduce {describe(bug)}?")
    lines.add("Product", product_name)
    lines.say(*details.lines, f"The tester is paid for it. {PAID}")
    yield Ask(str(lines))
    attributes: dict[str, Any] = {f"{kind}_enabled": kind in (ask_for or ()) for kind in EVIDENCE}
    attributes["question_enabled"] = question is not None
    if question is not None:
        attributes["question"] = question
    fields: dict[str, Any] = {"product_id": product.id, "bug_id": bug.id}
    if bug.section is not None:
        fields["section_id"] = bug.section.id
    if allow_device_clouds:
        fields["allow_device_clouds"] = True
    if devices is not None:
        fields["requirements"] = [group.wire() for group in devices]
    fields["bug_report_confirmation_requirement_attributes"] = attributes
    yield Changed(
        now=await api.request_bug_report_confirmation(fields),
        done=f"Requested for bug {bug.id} {quote(bug.title)}.",
        ordered=[f"1 tester reproduces it, on product {product_name}", *details.facts],
        next="The API does not show it again; the platform's web app does. Without a tester it expires.",
    )


class FixToCheck(Sent):
    """A bug that should be fixed, and what its tester should know."""

    bug_id: BugId
    note: Annotated[str | None, Field(min_length=1, max_length=LONGEST_NOTE, description="For the tester.")] = None


Fixes = Annotated[
    list[FixToCheck],
    Field(min_length=1, max_length=MOST_FIXES, description="Of one product."),
]


@dataclass(frozen=True)
class Checks:
    """The bugs of a request, with what was read about them."""

    bugs: dict[int, Bug]
    pending: dict[int, FixConfirmation]
    """By bug: the check that must end before the platform takes another one."""
    environment_of: dict[int, int]
    """By bug, without those that have a pending check."""
    environments: dict[int, str]
    orders: bool
    devices: list[ChosenDevices] | None


async def check_environment_choices(api: TestIO, given: Mapping[str, Any]) -> list[Choice]:
    """The test environments of the bugs' product."""
    product = await product_of(api, await known_bug(api, given["bugs"][0].bug_id))
    return await environment_choices(api, {"product_id": product.id})


CheckEnvironment = Annotated[
    int | None,
    Field(gt=0, description="Id or title. Default: each bug's own."),
    ByName(ENVIRONMENT.what, check_environment_choices, ENVIRONMENT.shows),
]


async def pending_check(api: TestIO, bug: Bug) -> FixConfirmation | None:
    """The check of a bug's fix that has no outcome yet."""
    try:
        checks = await api.bug_fix_confirmations(bug.id)
    except (NotFound, UnexpectedShape):  # the platform's answer to the request says what it refuses
        return None
    return next((check for check in checks if (check.status or "").casefold() == PENDING), None)


async def environment_found_in(api: TestIO, bug: Bug) -> int:
    """The environment a bug was found in; some answers name it only through the bug's test.

    Raises:
        Refused: where neither names it.
    """
    environment = bug.test_environment
    if (environment is None or environment.id is None) and bug.test is not None and bug.test.id is not None:
        environment = (await api.exploratory_test(bug.test.id)).test_environment
    if environment is None or environment.id is None:
        raise Refused(
            f"The platform does not say which environment bug {bug.id} was found in: give environment_id. "
            "testio_list_test_environments shows them."
        )
    return environment.id


async def read_checks(
    api: TestIO, bugs: list[FixToCheck], environment_id: int | None, requirements: list[Devices] | None
) -> Checks:
    """Read what a request names.

    Raises:
        Refused: for too many, for a bug named twice, for bugs of several products, which share no environment, and
            where every bug has a pending check.
    """
    if not 1 <= len(bugs) <= MOST_FIXES:
        raise Refused(f"From 1 to {MOST_FIXES} bugs go in one request, not {len(bugs)}.")
    if twice := sorted(number for number, count in Counter(fix.bug_id for fix in bugs).items() if count > 1):
        raise Refused(f"Bug {', '.join(map(str, twice))} is named more than once.")
    devices = await find_devices(api, requirements)
    found = await gather([partial(known_bug, api, fix.bug_id) for fix in bugs])
    products = {(await product_of(api, bug)).id for bug in found}
    if len(products) > 1:
        ids = ", ".join(map(str, sorted(products)))
        raise Refused(f"These bugs are of the products {ids}; send one request for each.")
    checks = await gather([partial(pending_check, api, bug) for bug in found])
    pending = {bug.id: check for bug, check in zip(found, checks, strict=True) if check is not None}
    if len(pending) == len(found):
        checks_of = ", ".join(f"bug {number} (check {check.id})" for number, check in pending.items())
        raise Refused(
            f"{ALREADY_PENDING}: {checks_of}. The platform takes no second check while one has no outcome; "
            "testio_list_bug_fix_confirmations shows it."
        )
    todo = [bug for bug in found if bug.id not in pending]
    used = {bug.id: environment_id or await environment_found_in(api, bug) for bug in todo}
    product_id, orders, environments = products.pop(), False, dict[int, str]()
    for number in dict.fromkeys(used.values()):
        environments[number], may_order = await environment_line(api, product_id, EnvironmentToUse(id=number))
        orders = orders or may_order
    by_id = {fix.bug_id: bug for fix, bug in zip(bugs, found, strict=True)}
    return Checks(by_id, pending, used, environments, orders, devices)


class CheckResult(Answer):
    """The result for one bug."""

    bug_id: int
    title: Untrusted
    status: Key = Field(description="created, already_pending, error, or not mentioned in the platform's answer.")
    error: Untrusted | None = None
    confirmation: FixConfirmation | None = None

    @classmethod
    def of(cls, bug: Bug, result: FixResult | None) -> "CheckResult":
        if result is None:
            return cls(bug_id=bug.id, title=bug.title, status="not mentioned")
        status = result.status or ("created" if result.was_made else "error")
        made = result.bug_fix_confirmation
        return cls(bug_id=bug.id, title=bug.title, status=status, error=result.error, confirmation=made)


class RequestedChecks(Answer):
    """The results of a request, one for each bug."""

    done: str
    results: list[CheckResult]
    ordered: list[str]
    next: str = "testio_list_bug_fix_confirmations shows what testers find, bug by bug."


@tool.spends(verify_with="list_bug_fix_confirmations")
async def request_bug_fix_confirmations(
    api: TestIO,
    bugs: Fixes,
    environment_id: CheckEnvironment = None,
    allow_device_clouds: DeviceClouds = False,
    requirements: Requirements = None,
) -> Asking[RequestedChecks]:
    """Have testers check whether bugs are fixed (retest), up to 50 at once; each costs money.

    Asks the user first.
    """
    checks = await read_checks(api, bugs, environment_id, requirements)
    todo = [fix for fix in bugs if fix.bug_id not in checks.pending]
    how = Lines()
    for environment in checks.environments.values():
        how.add("Environment", environment)
    how.say(*device_lines(checks.devices, "those of each bug's test", allow_clouds=allow_device_clouds).lines)
    lines = Lines(f"Have testers check whether {many(len(todo), 'bug is', 'bugs are')} fixed?")
    room = min(250, 3000 // len(bugs))
    for fix in todo:
        note = f", with the note {given(fix.note)}" if fix.note else ""
        where = f", in environment {checks.environment_of[fix.bug_id]}" if len(checks.environments) > 1 else ""
        title = quote(checks.bugs[fix.bug_id].title, at_most=room)
        lines.add("Bug", f"{fix.bug_id} {title}{where}{note}")
    left_out = ", ".join(f"{number} (check {word(check.id)})" for number, check in checks.pending.items())
    lines.add("Left out, since a check of them is pending", left_out)
    lines.say(*how.lines, ORDERS if checks.orders else None, f"Each check is paid. {PAID}")
    yield Ask(str(lines), order=Order(acts=len(todo)))
    same: dict[str, Any] = {}
    if allow_device_clouds:
        same["allow_device_clouds"] = True
    if checks.devices is not None:
        same["requirements"] = [group.wire() for group in checks.devices]
    entries: list[dict[str, Any]] = []
    for fix in todo:
        environment_used = {"customer_test_environment": {"id": checks.environment_of[fix.bug_id]}}
        extra = {"additional_requirement": fix.note} if fix.note else {}
        entries.append({"bug_id": fix.bug_id} | environment_used | same | extra)
    answered = await api.request_bug_fix_confirmations(entries)
    by_bug = {result.bug_id: result for result in answered}
    results = [
        CheckResult(bug_id=bug.id, title=bug.title, status=ALREADY_PENDING, confirmation=checks.pending[bug.id])
        if bug.id in checks.pending
        else CheckResult.of(bug, by_bug.get(bug.id))
        for bug in checks.bugs.values()
    ]
    made = sum(1 for fix in todo if fix.bug_id in by_bug and by_bug[fix.bug_id].was_made)
    if not answered:
        raise OutcomeUnknown("The platform accepted the request and gave no result for any bug.")
    if not made:
        errors = "; ".join(f"{one.bug_id}: {quote(one.error or one.status, at_most=200)}" for one in results)
        raise Invalid(f"No check was requested. {errors}.")
    rest = len(results) - made
    done = f"{made} of {len(results)} requested" + (f"; {rest} not: see status and error." if rest else ".")
    yield RequestedChecks(done=done, results=results, ordered=[many(made, "paid check"), *how.facts])


class ChecksOfBug(Answer):
    """The checks of a bug's fix."""

    bug_id: int
    confirmations: list[FixConfirmation]
    note: str | None = None


@tool.reads(long_text=True)
async def list_bug_fix_confirmations(api: TestIO, bug_id: BugId) -> ChecksOfBug:
    """List the requested checks of a bug's fix, with their results."""
    try:
        found = await api.bug_fix_confirmations(bug_id)
    except NotFound as error:
        await known_bug(api, bug_id)
        raise error from None
    return ChecksOfBug(bug_id=bug_id, confirmations=found, note=None if found else "None has been requested.")
