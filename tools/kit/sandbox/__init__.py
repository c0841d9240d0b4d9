"""The machinery of every fake API: routes, state, a clock, a journal and faults."""
