"""What the citizen is told, when, and whether it arrived.

Nothing here knows about HTTP or roads, and nothing here keeps a name or an
address: a message is filled when it is due, from what it is handed.
"""
