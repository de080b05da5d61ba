"""What somebody in a terminal sees of GPUs, nodes and jobs, as data: from a machine or from PromQL.

figures    what is told in numbers, each under the name of its neutral series
picture    all that is known at one moment
local      a picture of what a source says
fleet      a picture of what a Prometheus says
owned      added up by node and by whose work it is
choosing   which of it, and in which order
listing    lists, as people and programs read them
describing one GPU, node or job
streaming  lines that go on, as of `dcgmi dmon`
history    what was before
marks      letters, bars and sparklines
grid       the screen of `top`, line by line
live       keys and screen: the only place that knows Textual
"""
