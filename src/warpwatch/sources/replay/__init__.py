"""What a source said, kept in a file and said again, where neither board nor fault is at hand."""
