"""`testdesk plan`: gathers what is known about a change in git, for a plan of tests."""
