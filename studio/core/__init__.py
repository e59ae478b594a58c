"""Values and rules that know neither torch nor Qt."""
