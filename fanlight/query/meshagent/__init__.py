"""What is stored, in the words of MeshAgent's clients: their rows are `fanlight/model/meshagent.py`."""
