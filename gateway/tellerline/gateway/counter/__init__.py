"""The counter's rules, apart from what is kept: documents, segments, how many people a PIN reset takes."""
