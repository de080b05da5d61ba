"""The pipe from a driver to somebody who is told, looked at link by link.

finding    what was looked at, what was found, what to do next: a value
pipe       what there is to look at
page · prometheus · targets · series · rules · alertmanager · routes · delivery · grafana
           a link each, in the order of the pipe
walk       all of them
node       the same of one node's exporter, from inside: driver, rights, kubelet
"""
