"""The official conformance suite, run against our own server with the fixtures the suite asks for."""
