"""What is claimed about Testdesk, each claim by the name of its test."""
