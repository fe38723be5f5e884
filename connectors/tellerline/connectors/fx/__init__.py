"""The foreign exchange host 外汇宝: rates, quotes, deals, resting orders, over SOAP."""
