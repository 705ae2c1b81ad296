"""Every knob with its default and meaning; what differs by hardware or site goes beside this file."""
