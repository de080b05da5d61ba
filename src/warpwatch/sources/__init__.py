"""Where readings come from: one foreign API per module, strangers to each other."""
