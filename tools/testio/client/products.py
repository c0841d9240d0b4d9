"""Products, features, templates and environments over HTTP."""

from tools.kit.client import ApiClient, path
from tools.kit.errors import Invalid
from tools.testio.models.environments import TestEnvironment, TestEnvironments
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

    async def features(self, product_id: int, section_id: int | None = None) -> list[Feature]:
        """GET /products/{product_id}/features, or /products/{product_id}/sections/{section_id}/features

        Without a section, a sectioned product may answer 422; then its sections are read one by one, and a feature
        that several of them share is given once.
        """
        if section_id is not None:
            where = path("products", product_id, "sections", section_id, "features")
            return (await self.get(where, query=WITH_STORIES, into=Features)).features
        try:
            where = path("products", product_id, "features")
            return (await self.get(where, query=WITH_STORIES, into=Features)).features
        except Invalid:
            product = await self.product(product_id)
            if not product.is_sectioned:
                raise
        shared: dict[int, Feature] = {}
        for section in product.section_ids:
            for feature in await self.features(product_id, section):
                shared.setdefault(feature.id, feature)
        return list(shared.values())

    async def test_templates(self, product_id: int, section_id: int | None = None) -> list[TestTemplate]:
        """GET /test_templates"""
        query: list[tuple[str, str | int]] = [("product_id", product_id)]
        if section_id is not None:
            query.append(("section_id", section_id))
        return (await self.get("/test_templates", query=query, into=TestTemplates)).test_templates

    async def test_environments(self, product_id: int) -> list[TestEnvironment]:
        """GET /products/{product_id}/test_environments"""
        where = path("products", product_id, "test_environments")
        return (await self.get(where, into=TestEnvironments)).test_environments

    async def test_environment(self, product_id: int, environment_id: int) -> TestEnvironment:
        """GET /products/{product_id}/test_environments/{id}"""
        where = path("products", product_id, "test_environments", environment_id)
        return await self.get(where, into=TestEnvironment, envelope="test_environment")
