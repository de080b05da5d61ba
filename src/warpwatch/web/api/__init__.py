"""What the front end asks for, one file per subject. Values in, JSON out."""
