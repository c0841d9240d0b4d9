"""Orders of exploratory tests that most tests of them make."""

from typing import Any

import httpx

ENVIRONMENT = {"title": "PR 12", "url": "https://pr12.example.test", "access": "demo / demo"}
FEATURE = {"title": "Basket", "description": "New basket page", "howtofind": "Cart icon"}


async def ordered(http: httpx.AsyncClient, product_id: int = 71, **fields: object) -> Any:
    sent = {"test_title": "Basket", "test_environment": ENVIRONMENT, "features": [FEATURE], **fields}
    answer = await http.post(f"/products/{product_id}/exploratory_tests", json={"exploratory_test": sent})
    assert answer.status_code == 201, answer.text
    return answer.json()["exploratory_test"]
