"""Handing over to the citizen: proof, codes, attempts, what waits and what goes back."""
