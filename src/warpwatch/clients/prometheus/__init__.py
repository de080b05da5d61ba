"""Prometheus' HTTP API, as Thanos, Mimir and VictoriaMetrics answer it too.

results    what comes back: samples, series, targets, rules, alerts
client     asks for it
"""
