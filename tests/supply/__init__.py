"""What an installation brings from others: which versions, with which hashes, under which licences."""
