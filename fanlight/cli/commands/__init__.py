"""One command a file. Whatever is heavy is imported inside the command, so that `--help` stays quick."""
