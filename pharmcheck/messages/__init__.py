"""Message catalogues: one YAML file a language; English is complete, others may lack entries."""
