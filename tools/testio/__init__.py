"""test IO, the crowdtesting platform."""
