"""The programs that start Testdesk, and the files in which they name their servers."""
