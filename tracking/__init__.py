"""Where a dossier is, who holds it, how it got there, and when it is due.

Nothing here knows about HTTP, SMS or roads. Every function that touches the
database takes a connection that is already inside a transaction.
"""
