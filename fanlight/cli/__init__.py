"""The command line: `main` assembles it, `commands/` holds one command a file."""
