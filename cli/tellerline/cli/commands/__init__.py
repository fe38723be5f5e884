"""One module per command: ``ORDER`` places it in the help, ``register`` adds it to the application.

Heavy imports stand inside the functions, so that ``tellerline --help`` and shell completion answer at once.
"""
