"""What a terminal asks for, turned into calls of services, and their answers into fields."""
