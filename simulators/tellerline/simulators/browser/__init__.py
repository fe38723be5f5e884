"""A customer's program at online banking, for developers and their scripts."""

from tellerline.simulators.browser.browser import Answer, Browser, LoginRefusedError, NoAnswerError, new_key

__all__ = ["Answer", "Browser", "LoginRefusedError", "NoAnswerError", "new_key"]
