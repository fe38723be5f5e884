"""One call-centre site as a pure aggregate: commands, switch events and timers in; facts and orders out."""
