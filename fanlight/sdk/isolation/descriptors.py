"""Where the agent puts what the host inherits.

Events come in at EVENTS; AGENT is a pidfd of the agent; reports are left in BOARD; LIFE is held open until
the end.
"""

EVENTS, AGENT, BOARD, LIFE = 3, 4, 5, 6
