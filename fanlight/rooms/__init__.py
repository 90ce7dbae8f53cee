"""MeshAgent's room protocol as bytes and data: packets, messages, toolkits. Nothing here does I/O."""
