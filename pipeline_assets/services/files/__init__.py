"""What both inboxes share: the survey, one attempt on one file, where it goes, how it ends."""
