"""What an agency sends back: whose fault it was, what that costs, what an office learns from it."""
