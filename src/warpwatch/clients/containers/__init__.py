"""Names of running containers, by the API that Docker and Podman share.

runtime    asks over the runtime's own socket
"""
