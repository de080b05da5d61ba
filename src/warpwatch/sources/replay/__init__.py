"""What a source said, kept in a file and said again: bugs travel, and boards need not be at hand."""
