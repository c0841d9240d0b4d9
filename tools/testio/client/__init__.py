"""The HTTP API of test IO, one method an endpoint."""
