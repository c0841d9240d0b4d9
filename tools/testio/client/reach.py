"""Which product each request is about."""

from collections.abc import Mapping
from typing import Any, Final

from tools.kit.reach import Reachable, Rule

BUG, TEST = "/bugs/{}", "/exploratory_tests/{}"


def owner(row: Mapping[str, Any]) -> object:
    """The product of a bug or a test; a product is its own."""
    product = row.get("product")
    if isinstance(product, Mapping):
        return product.get("id") if product.get("id") is not None else product.get("name")
    return row.get("id") if "product" not in row and "name" in row else None


REACHABLE: Final = Reachable(
    rules=(
        Rule(r"GET /products", answers=True),
        Rule(r"PUT /products/(?P<owner>[^/]+)/features/copy", body="destination_product_id"),
        Rule(r"[A-Z]+ /products/(?P<owner>[^/]+)(/.*)?"),
        Rule(r"GET /bugs/reject_reasons", is_shared=True),
        Rule(r"(GET|POST) /bugs", answers=True),
        Rule(r"GET /bugs/[^/]+", answers=True),
        Rule(r"[A-Z]+ /bugs/(?P<id>[^/]+)/.*", look_up=BUG),
        Rule(r"GET /exploratory_tests/[^/]+", answers=True),
        Rule(r"[A-Z]+ /exploratory_tests/(?P<id>[^/]+)(/.*)?", look_up=TEST),
        Rule(r"GET /bug_fix_confirmations", look_up=BUG, ids="bug_id"),
        Rule(r"GET /test_templates", query="product_id"),
        Rule(r"POST /bug_report_confirmations", look_up=BUG, ids="bug_id"),
        Rule(r"POST /bug_fix_confirmations/bulk", look_up=BUG, ids="bug_fix_confirmations[].bug_id"),
        Rule(r"GET /(categories|operating_systems|operating_system_versions)", is_shared=True),
    ),
    owner=owner,
    names=lambda row: (row.get("id"), row.get("name")),
    directory="/products",
)
