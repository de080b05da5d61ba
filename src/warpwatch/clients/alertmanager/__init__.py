"""Alertmanager's API, version 2.

results    alerts, silences, status
client     asks for them; silences, ends silences, and hands alerts in
"""
