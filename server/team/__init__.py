"""Several people who share one server over HTTP: who calls, and with which rights and credentials."""
