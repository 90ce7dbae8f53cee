"""Sample agents that really run, offline, and what starts them and reads their runs back."""
