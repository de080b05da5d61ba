"""From a Source to a page: choose fields, sample, account, render, serve."""
