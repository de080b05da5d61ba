"""One foreign server each: its wire format in, plain values out. Strangers to each other.

access     how to be let in, secrets by file; web: asking over HTTP with that
"""
