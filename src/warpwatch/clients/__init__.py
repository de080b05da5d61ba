"""One foreign server each: its wire format in, plain values out. Strangers to each other."""
