"""What a governance chain is: pure data that knows no database, no clock and no mail."""
