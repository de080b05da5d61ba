"""Assembly: from settings to running objects. The only room that knows concrete sources."""
