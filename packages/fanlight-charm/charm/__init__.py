"""Charm's name, held by Fanlight where charmos is not installed; see `fanlight.sdk.charm`."""
