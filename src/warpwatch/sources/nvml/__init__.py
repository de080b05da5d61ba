"""GPUs through NVIDIA's management library, by the official bindings.

door      the only place that calls them; error codes become reasons there
prepared  the calls of every read, made ready once for each board
source    which GPUs there are, and how a driver that comes, goes or fails is followed
opening   GPUs opened each on its own, since one may hang meanwhile
board     one GPU that is open, and all that is remembered of it between two reads
plan      who is asked for what at a read
calls     what one call of the driver gives, family by family
ear, gpm  what needs a memory of its own: events, and figures worked out from two samples
"""
