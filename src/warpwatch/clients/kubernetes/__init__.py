"""The Kubernetes API: as much of it as this project asks for.

access     where the API server is, and who we are to it
api        requests and watches
mirror     a copy of a collection that follows it
"""
