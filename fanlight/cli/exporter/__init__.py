"""For those who make telemetry exporters: a package to start from, and a check of one."""
