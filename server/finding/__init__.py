"""Finding tools by what people ask: the index, and the words that it knows."""
