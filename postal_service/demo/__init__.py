"""A believable province on one machine: its servers, its people, its papers.

``python -m postal_service.demo`` is what ``bin/demo`` runs. Nothing in the
application imports this package.
"""
