"""What a question says: its parts, what it goes on from, what it names, and what it may mean."""
