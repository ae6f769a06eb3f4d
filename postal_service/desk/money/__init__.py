"""Other people's money: what a dossier costs, who paid it, and who holds it now.

``charges`` says what is asked for, ``ledger`` keeps the books, ``collect`` is the moment in
which a charge is paid. What is collected for the state is held on behalf of its agency and is
never netted against postage (`domain.md`, rule 19).
"""
