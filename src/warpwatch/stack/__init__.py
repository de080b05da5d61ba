"""Other people's programs around our exporter: found, started, watched, stopped.

settings        what may be chosen of them
tools           which programs, and how old they may be; version
binaries        where one is found; archive: of the user's, packages: of Debian's, command: to ask
places          what is kept on disk, and where
instance        one stack per state directory; the record of what runs
leash           what a child is started through, so that it does not outlive us
keeper          one child: its start, health, log, restarts and end
ports · ready · log_file · storage     what a keeper and the stack need for that
prometheus · scrape · alertmanager · node_exporter · grafana     configuration and command of each
promtool        the first of these held to its own checker
service         all of it together; detach: without a terminal
"""
