"""Records that stand twice: rules that find them, the check before each save, groups of suspects, their merge."""
