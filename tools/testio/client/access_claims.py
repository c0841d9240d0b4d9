"""Access claims over HTTP."""

from typing import Any

from tools.kit.client import ApiClient
from tools.testio.models.access_claims import AccessClaim, AccessClaimPages


class AccessClaimCalls(ApiClient):
    """The calls around access claims; an account without them answers 403."""

    async def access_claims(self) -> AccessClaimPages:
        """GET /access_claims"""
        return await self.get("/access_claims", into=AccessClaimPages)

    async def create_access_claim(self, fields: dict[str, Any]) -> AccessClaim:
        """POST /access_claims"""
        return await self.write("POST", "/access_claims", body=fields, into=AccessClaim, envelope="access_claim")
