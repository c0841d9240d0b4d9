"""Standing orders: bugs that arrive become issues by themselves, as the operator's rules say."""
