"""A telephone switch without audio: telephones, calls, who hears whom, on an injected clock; see docs/softswitch.md."""
