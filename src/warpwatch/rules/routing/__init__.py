"""Who is told of what, and how, as the configuration that Alertmanager reads.

settings     what may be chosen: the table [routing] of warpwatch.toml
reading      from that table to settings, each mistake with its place
ways         how somebody is told: one file for each
hours        when somebody is told
routes       which alert goes to whom
inhibition   which alerts another one makes needless
matchers     by which alerts are chosen
release      versions of Alertmanager, and what a version must be to do something
render       all of it, as data and as text
"""
