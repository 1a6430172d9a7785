"""Who is trained on and who is tested on, and under which labels."""
