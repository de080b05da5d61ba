"""The console: a fleet's GPUs, their alerts and their work in a browser.

fleet      every GPU in one order, and a byte per GPU and measure
health     what alerts mean for GPUs: which need somebody, what and where
poll       asks Prometheus once for all browsers
hub        hands each browser what has changed since it was last told
routes     which address is answered by what; api/ has one file per subject
access     who may look, who may silence, and from where
assets     the built front end; its sources are in console/
service    all of it together, started and stopped

It asks for neutral series and for ALERTS only, so it works over any exporter that the rules know.
"""
