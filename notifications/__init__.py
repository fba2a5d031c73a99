"""What must be said to whom, and when: reminders, notices, and the mail that carries them."""
