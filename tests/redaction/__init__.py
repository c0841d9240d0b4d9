"""How much of what is secret is masked, and how much of what is not: a corpus, and its measure."""
