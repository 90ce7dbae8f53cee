"""The content of one span, in one shape whatever the dialect: messages, tool calls, documents.

Pure functions over what was sent, called when a span is read: `reading.read_content`. Each dialect is a file
with a table of `Source`s; what providers and frameworks put inside of them is understood in `messages`.
Nothing here raises on what a sender sends, and the work is bounded by `values.MOST_CHARACTERS` and
`values.MOST_NODES`: at most 2 s a span on one core, which `python -m benchmarks --only content` measures.
"""
