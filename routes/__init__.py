"""Courier rounds (đường thư): places, distances, and the order to ride them in.

Roads, not URLs. A stop carries an opaque reference: nothing here knows what a
dossier is, who lives at a door, or what lies in the bag.
"""
