"""Calls of test IO's asking tools, and other values of all their parameters."""

from typing import Any

from tests.asking import SECRET, TEXT, Asking, To, edits
from tests.desk import Desk

NEW_PLACE = {"test_environment": {"title": "New", "url": "https://new.example.test"}}
NEW_FEATURE = {"features": [{"title": "Vouchers", "description": "Codes", "howtofind": "Cart"}]}
PLACE: dict[str, Any] = {
    "test_environment.id": 32,
    "test_environment.title": To(TEXT, **NEW_PLACE),
    "test_environment.url": To(TEXT, **NEW_PLACE),
    "test_environment.access": To("user / word", "access details", **NEW_PLACE),
    "test_environment.allow_orders": To(True, "REAL ORDERS", **NEW_PLACE),
}
IPHONES = {"category": "smartphone", "operating_system": "iOS", "min_version": "15", "max_version": "16.1"}
ANY = {"requirements": [{"category": "smartphone"}]}
DEVICES: dict[str, Any] = {
    "requirements[].category": To("tablet", "Tablets", requirements=[{"category": "smartphone"}]),
    "requirements[].operating_system": To("Android", **ANY),
    "requirements[].min_version": "14.1",
    "requirements[].max_version": To("16.2", "16.2"),
    "requirements[].vendor_id": To(77, "vendor 77", **ANY),
    "requirements[].device_ids": To([411, 412], **ANY),
    "requirements[].browser_ids": To([511, 512], **ANY),
}
TEXTS = {"test_title": TEXT, "goal": TEXT, "out_of_scope": TEXT, "instructions": TEXT}
FEATURES: dict[str, Any] = {
    "features[].id": To(302, "Coupons"),
    "features[].title": To(TEXT, **NEW_FEATURE),
    "features[].description": To("w " * 2000 + "end", **NEW_FEATURE),
    "features[].howtofind": To("w " * 2000 + "end", **NEW_FEATURE),
    "features[].user_stories": ["As a guest, I can look", "s" * 500],
}
APP = {"product_id": 72, "section_id": 721, "test_environment": {"id": 33}}
ENVIRONMENT: dict[str, Any] = {
    "title": TEXT,
    "url": TEXT,
    "binary_app_id": To(511, url=None),
    "file_url": To(TEXT, url=None),
    "access": To("a word", "a text on how to get in"),
    "proxy": To(True, "proxy"),
    "allow_orders": To(True, "REAL ORDERS"),
    "environment_test_information.data_type": "access_claims",
    "environment_test_information.page_url": "https://shop.example.test/" + "p" * 1900,
    "environment_test_information.description": TEXT,
}
INFORMATION = "environment_test_information.description"
STAGING = {"environment_id": 31, "username": "qa", "title": None, "environment_test_information": None}
PAGE = {"data_type": "custom", "page_url": "https://shop.example.test/qa"}

FIRST, SECOND = 25, 26
"""The connections that are made here, by the ids that they get."""


async def prepare(d: Desk) -> None:
    """Make two connections, and say where the inbox is reached."""
    await d.store.say("public_url", "https://qa.example.test/hooks")
    for name, host in (("Tracker", "bugs"), ("Second", "other")):
        url = f"https://{host}.example.test/in"
        await d.answer("testio_create_connection", name=name, url=url, product_ids=[71])


ASKING = [
    Asking(
        "testio_create_exploratory_test",
        {
            "product_id": 71,
            "testing_type": "coverage",
            "test_environment": {"id": 31},
            "features": [{"id": 301}],
            "requirements": [IPHONES],
        },
        {
            "product_id": To(72, **APP, features=[{"id": 311}]),
            "testing_type": "usability",
            "duration_hours": 13,
            "start_at": "2026-05-01T09:00:00+02:00",
            "report_language": "de",
            "bug_severities": To(["high", "critical"], testing_type="focused"),
            "section_id": To(722, **APP | {"product_id": 72}, features=[{"id": 311}]),
            "allow_device_clouds": To(True, "Device clouds"),
            "test_template_id": To(202, features=None),
            "auto_launch": To(False, "draft", features=[{"id": 301, "description": "New", "howtofind": "There"}]),
            **TEXTS,
            **PLACE,
            **DEVICES,
            **FEATURES,
        },
    ),
    Asking(
        "testio_update_exploratory_test",
        {
            "test_id": 5519,
            "goal": "Pay",
            "test_environment": {"id": 31},
            "requirements": [IPHONES],
            "features": [{"id": 301}],
        },
        {
            "test_id": 5523,
            **edits("goal", "coupons", "payment", "test_title", "hotfix", goal=None),
            "testing_type": "usability",
            "duration_hours": 13,
            "start_at": "2026-05-01T09:00:00+02:00",
            "report_language": "de",
            "bug_severities": ["high", "critical"],
            "allow_device_clouds": To(True, "Device clouds"),
            **TEXTS,
            **PLACE,
            **DEVICES,
            **FEATURES,
        },
    ),
    Asking("testio_launch_exploratory_test", {"test_id": 5521}, {"test_id": 5525}),
    Asking("testio_duplicate_exploratory_test", {"test_id": 5521}, {"test_id": 5519}),
    Asking(
        "testio_delete_test_case",
        {"product_id": 71, "test_case_id": 7314},
        {"product_id": To(72, test_case_id=7301), "test_case_id": 7311},
    ),
    Asking(
        "testio_create_test_case_test",
        {
            "product_id": 71,
            "test_case_ids": [7312],
            "test_environment": {"id": 31},
            "requirements": [IPHONES],
        },
        {
            "product_id": To(72, test_case_ids=[7301], test_environment={"id": 33}),
            "test_case_ids": [7311, 7314],
            "duration_hours": 13,
            "start_at": "2026-05-01T09:00:00+02:00",
            "report_language": "de",
            **TEXTS,
            **PLACE,
            **DEVICES,
        },
    ),
    Asking("testio_accept_bug", {"bug_id": 88101}, {"bug_id": 88218}),
    Asking(
        "testio_reject_bug",
        {"bug_id": 88218, "reason": "irrelevant"},
        {"bug_id": 88217, "reason": "not_reproducible", "comment": TEXT},
    ),
    Asking("testio_mark_bug_known", {"bug_id": 88218}, {"bug_id": 88217}),
    Asking("testio_mark_bug_fixed", {"bug_id": 88218}, {"bug_id": 88217}),
    Asking("testio_mark_bug_exported", {"bug_id": 88218}, {"bug_id": 88217}),
    Asking(
        "testio_request_bug_report_confirmation",
        {"bug_id": 88218, "requirements": [IPHONES]},
        {
            "bug_id": 88217,
            "ask_for": ["logs", "browser_version"],
            "question": TEXT,
            "allow_device_clouds": To(True, "Device clouds"),
            **DEVICES,
        },
    ),
    Asking(
        "testio_request_bug_fix_confirmations",
        {"bugs": [{"bug_id": 88218}, {"bug_id": 88217}], "environment_id": 31, "requirements": [IPHONES]},
        {
            "bugs[].bug_id": 88213,
            "bugs[].note": TEXT,
            "environment_id": 32,
            "allow_device_clouds": To(True, "Device clouds"),
            **DEVICES,
        },
    ),
    Asking(
        "testio_triage_bugs",
        {"decisions": [{"bug_id": 88218, "decision": "reject", "reason": "irrelevant"}]},
        {
            "decisions[].bug_id": 88217,
            "decisions[].decision": To("mark_fixed", decisions=[{"bug_id": 88218}]),
            "decisions[].reason": "not_reproducible",
            "decisions[].comment": TEXT,
        },
    ),
    Asking("testio_delete_product", {"product_id": 73}, {"product_id": 72}),
    Asking(
        "testio_copy_features",
        {"product_id": 71, "destination_product_id": 73},
        {"product_id": 72, "destination_product_id": 72},
    ),
    Asking(
        "testio_delete_user_story",
        {"product_id": 72, "user_story_id": 76, "section_id": 721},
        {"product_id": To(71, user_story_id=60, section_id=None), "user_story_id": 77, "section_id": 722},
    ),
    Asking(
        "testio_create_test_environment",
        {
            "product_id": 71,
            "title": "New",
            "url": "https://new.example.test",
            "allow_orders": True,
            "environment_test_information": PAGE,
        },
        {"product_id": 72, **ENVIRONMENT, "allow_orders": To(False, username="qa")},
    ),
    Asking(
        "testio_update_test_environment",
        {
            "product_id": 71,
            "environment_id": 32,
            "title": "New",
            "url": "https://new.example.test",
            "environment_test_information": PAGE,
        },
        {
            "product_id": To(72, environment_id=34, allow_orders=True),
            "environment_id": To(31, username="qa"),
            **edits(INFORMATION, "account", "mark it", "title", "Staging", **STAGING),
            **ENVIRONMENT,
        },
    ),
    Asking(
        "testio_delete_test_environment",
        {"product_id": 71, "environment_id": 31},
        {"product_id": To(72, environment_id=33), "environment_id": 32},
    ),
    Asking(
        "testio_create_connection",
        {"name": "Tracker", "url": "https://bugs.example.test/in"},
        {
            "name": TEXT,
            "url": To("https://other.example.test/in", "other.example.test"),
            "to_inbox": To(True, "inbox of Testdesk", url=None),
            "product_ids": [71, 73],
            "section_ids": [721, 722],
            "fixed": To(True, "fixed"),
        },
    ),
    Asking(
        "testio_update_connection",
        {"connection_id": FIRST, "name": "Tracker 2"},
        {
            "connection_id": SECOND,
            "name": TEXT,
            "url": To("https://third.example.test/in", "third.example.test"),
            "product_ids": [71, 73],
            "section_ids": [721, 722],
            "fixed": To(True, "fixed"),
        },
    ),
    Asking("testio_delete_connection", {"connection_id": FIRST}, {"connection_id": SECOND}),
    Asking(
        "testio_create_access_claim",
        {"name": "Accounts", "expiration_period": 7, "credentials": ["qa / word"]},
        {
            "name": TEXT,
            "expiration_period": 30,
            "credentials": To(["qa / word", "qa2 / word"], "2 test accounts"),
            "intro": TEXT,
            "test_cycle_url": TEXT,
        },
    ),
]

GO_BY: dict[str, str] = {
    "key": "reasons are found by it",
    "status": "only drafts are launched, only open bugs reproduced",
}
"""Words that questions go by, with what for."""

EXCEPTIONS = {
    "testio_create_test_environment": {"username": SECRET, "password": SECRET},
    "testio_update_test_environment": {"username": SECRET, "password": SECRET},
    "testio_triage_bugs": {"dry_run": "nothing is sent and nobody is asked"},
}
