"""What may be done: functions taking a session, the actor and `now`. No screen, no words, no commit."""
