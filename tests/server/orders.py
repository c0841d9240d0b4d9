"""An order of a crowd test, which asks its user."""

from typing import Any, Final

ORDER: Final[dict[str, Any]] = {
    "product_id": 71,
    "test_title": "Coupons once more",
    "testing_type": "rapid",
    "goal": "Expired codes are refused",
    "test_environment": {"id": 31},
    "features": [{"id": 302}],
}
