"""What the citizen is told, when, and whether it arrived.

Nothing here knows about HTTP or roads, and nothing here keeps a name or an
address of a citizen: a text is filled when it is drafted, from what it is handed,
and the number is asked for when it is sent.
"""
