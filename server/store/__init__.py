"""The store: events, acts, approvals and budgets, in one database."""
