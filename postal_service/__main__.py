"""``python -m postal_service`` is ``postal``."""

from postal_service.cli import main

if __name__ == "__main__":
    main(prog_name="postal")
