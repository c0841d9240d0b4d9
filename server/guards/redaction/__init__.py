"""Finds secrets in a text, layer by layer; what all layers found is masked once."""
