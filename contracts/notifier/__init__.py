"""The notifier's messages: realtime channels, notices (pushes, mails, text messages) and their results."""
