"""The two databases of the call centre, the same to whoever keeps something in them."""

from tellerline.callcenter.storage.database import Database, StoreUnavailableError, postgresql, sqlite

__all__ = ["Database", "StoreUnavailableError", "postgresql", "sqlite"]
