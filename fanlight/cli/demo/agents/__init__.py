"""Each module is a program of its own: `python -m fanlight.cli.demo.agents.newsroom`."""
