"""The counter's and the agencies' own business: who and what there is, and the rules of the desk.

Nothing here knows about HTTP. Every function that touches the database takes a
connection that is already inside a transaction.
"""
