"""The simulated telephone switch behind the port of switches; its wire: docs/softswitch.md."""
