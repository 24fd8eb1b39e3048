"""What events take from one another: a room, a speaker, a host at one time; and seats or days that do not fit."""
