"""``ActivityService``: what a customer has done, through whatever channel."""
