"""A client of rooms for programs without MeshAgent's SDK: `fanlight.room("lobby")`."""
