"""What a start, a call and a long list cost, against the SDK alone."""
