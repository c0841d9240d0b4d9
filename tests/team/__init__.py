"""Several people who share one server over HTTP."""
