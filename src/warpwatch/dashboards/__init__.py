"""Grafana's dashboards, as data.

panel       what is drawn: queries, unit, thresholds, and a sentence that says what it is
dashboard   panels in rows, with variables to choose by and links to the others
words       selectors, legends and colours that boards share
render      all of it as the JSON that Grafana 10 to 13 reads (schema 39)
boards/     one file per dashboard; the list of them is its __init__
outputs     as files, as Grafana provisions them, as ConfigMaps
documents   those that are committed

Boards read neutral and recorded series, so they hold whoever the exporter is; `compatible` alone
asks for dcgm-exporter's own names.
"""
