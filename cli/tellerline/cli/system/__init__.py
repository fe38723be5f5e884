"""Whole systems made of parts: embedded in one process, or large over many."""
