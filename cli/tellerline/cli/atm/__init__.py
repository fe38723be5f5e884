"""The cash machine at a terminal: its steps played, its keypad and screen."""
