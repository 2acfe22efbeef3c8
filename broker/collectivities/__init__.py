"""What people may do for which collectivity: computed here and nowhere else, from the store, when asked."""
