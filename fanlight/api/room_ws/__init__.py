"""The WebSocket of a room, as MeshAgent's clients speak it: who comes in, what they write and follow."""
