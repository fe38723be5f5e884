"""Real SIP telephones in this process, with an ear for tones and for recordings.

They need more than Tellerline itself: ``pip install 'tellerline[telephones]'``.
"""
