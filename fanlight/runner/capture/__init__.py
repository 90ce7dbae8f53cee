"""What an agent wrote, taken apart: bytes come in as they are read, events and lines go out."""
