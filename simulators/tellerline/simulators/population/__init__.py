"""Fictional customers with accounts, histories and loans: the same for the same seed and day."""

from tellerline.simulators.population.magic import MAGIC_ACCOUNTS, MAGIC_AMOUNTS, MagicAccount
from tellerline.simulators.population.people import PIN, Person, Population
from tellerline.simulators.population.populate import populate

__all__ = ["MAGIC_ACCOUNTS", "MAGIC_AMOUNTS", "PIN", "MagicAccount", "Person", "Population", "populate"]
