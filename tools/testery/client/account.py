"""The account, people and tokens over HTTP."""

from tools.kit.client import ApiClient
from tools.testery.models.account import MaybeUser, MintedToken, OwnAccount, User


class AccountCalls(ApiClient):
    """The calls about the account that the token belongs to."""

    async def own_account(self) -> OwnAccount:
        """GET /account"""
        return await self.get("/account", into=OwnAccount)

    async def own_user(self) -> User | None:
        """GET /users/me, which is null for an account's own key"""
        user = (await self.get("/users/me", into=MaybeUser)).root
        return user if user is not None and user.is_person else None

    async def create_api_token(self, name: str, *, account_id: int | None = None) -> MintedToken:
        """POST /users/me/api-tokens, which has no body and takes the token of a login only"""
        headers = {"Account": str(account_id)} if account_id is not None else {}
        query = (("name", name),)
        return await self.write("POST", "/users/me/api-tokens", query=query, headers=headers, into=MintedToken)

    async def add_user(self, email: str, *, role: str) -> None:
        """POST /user-roles"""
        await self.send("POST", "/user-roles", body={"email": email, "roleType": role})
