"""`presslake serve`: a Prefect server with its UI and a process that serves the deployments, on one machine.

Three processes: the one the operator started (`supervisor`), which imports no Prefect and lives by watching the two
others; Prefect's server, unless there is one already; and the worker, which registers the deployments and starts a
process for each run.
"""
