"""Products, features and templates over HTTP."""

from collections.abc import Sequence
from typing import Any

from tools.kit.client import ApiClient, path
from tools.kit.errors import Invalid
from tools.testio.models.exploratory_tests import TestTemplate, TestTemplates
from tools.testio.models.products import Feature, Features, Product, Products

WITH_STORIES = (("includes[]", "user_stories"),)


class ProductCalls(ApiClient):
    """The calls around a product."""

    async def products(self) -> list[Product]:
        """GET /products"""
        return (await self.get("/products", into=Products)).products

    async def product(self, product_id: int) -> Product:
        """GET /products/{product_id}"""
        return await self.get(path("products", product_id), into=Product, envelope="product")

    async def product_features(self, product_id: int) -> list[Feature]:
        """GET /products/{product_id}/features"""
        return await self._features(path("products", product_id, "features"))

    async def section_features(self, product_id: int, section_id: int) -> list[Feature]:
        """GET /products/{product_id}/sections/{section_id}/features"""
        return await self._features(path("products", product_id, "sections", section_id, "features"))

    async def _features(self, where: str) -> list[Feature]:
        return (await self.get(where, query=WITH_STORIES, into=Features)).features

    async def features(self, product_id: int, section_id: int | None = None) -> list[Feature]:
        """The features of a product or of one section, with their user stories.

        Without a section, a sectioned product may answer 422; then its sections are read one by one, and a feature
        that several of them share is returned once.
        """
        if section_id is not None:
            return await self.section_features(product_id, section_id)
        try:
            return await self.product_features(product_id)
        except Invalid:
            product = await self.product(product_id)
            if not product.is_sectioned:
                raise
        shared: dict[int, Feature] = {}
        for section in product.section_ids:
            for feature in await self.section_features(product_id, section):
                shared.setdefault(feature.id, feature)
        return list(shared.values())

    async def test_templates(self, product_id: int, section_id: int | None = None) -> list[TestTemplate]:
        """GET /test_templates"""
        query: list[tuple[str, str | int]] = [("product_id", product_id)]
        if section_id is not None:
            query.append(("section_id", section_id))
        return (await self.get("/test_templates", query=query, into=TestTemplates)).test_templates

    async def create_product(self, fields: dict[str, Any]) -> Product:
        """POST /products"""
        return await self._product("POST", "/products", fields)

    async def update_product(self, product_id: int, *, description: str) -> Product:
        """PUT /products/{product_id}, where only the description can change"""
        return await self._product("PUT", path("products", product_id), {"description": description})

    async def delete_product(self, product_id: int) -> Product:
        """DELETE /products/{product_id}"""
        return await self._product("DELETE", path("products", product_id))

    async def _product(self, method: str, where: str, fields: dict[str, Any] | None = None) -> Product:
        body = {"product": fields} if fields is not None else None
        return await self.write(method, where, body=body, into=Product, envelope="product")

    async def create_feature(self, product_id: int, section_ids: Sequence[int], fields: dict[str, Any]) -> Feature:
        """POST /features, where the ids are outside of the feature"""
        body: dict[str, Any] = {"product_id": product_id, "feature": fields}
        if section_ids:
            body["section_ids"] = list(section_ids)
        return await self.write("POST", "/features", body=body, into=Feature, envelope="feature")

    async def copy_features(self, source_id: int, destination_id: int) -> list[Feature]:
        """PUT /products/{product_id}/features/copy, which answers the features of the destination"""
        where = path("products", source_id, "features", "copy")
        body = {"destination_product_id": destination_id}
        return (await self.write("PUT", where, query=WITH_STORIES, body=body, into=Features)).features
