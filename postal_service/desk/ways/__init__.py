"""What changes on the way: another address, papers added, a result by post, papers sent back."""
