"""Which pod was given which device: the kubelet's pod-resources service, version 1.

wire       protobuf, as much of it as these messages need
lister     asks over the node's own socket
"""
