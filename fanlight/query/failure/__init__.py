"""Why a run failed: rules over what it stored, no model and no key.

`reader` reads a story, `explain` answers it; everything between is pure. `table` holds what can go
wrong, `blame` goes from the last symptom to the first cause, `suspicion` looks at runs that ended well.
"""
