"""From a folder of audio to the manifest: find, probe, audit, summarise."""
